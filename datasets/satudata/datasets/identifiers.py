"""Identifiers of rows: opaque, unique, and sorting by the time they were made (UUID version 7)."""

import os
import time


def new_id() -> str:
    """32 hex digits: 48 bits of Unix milliseconds, then random bits with the version and variant of RFC 9562."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"
