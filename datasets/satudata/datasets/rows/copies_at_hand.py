"""Asking the serving copies of snapshots, which are made when they are missing and made anew when they are damaged."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from satudata.datasets.rows.deadline import Deadline, in_time
from satudata.datasets.rows.query import Snapshot
from satudata.datasets.serving.files import CopyDamaged
from satudata.datasets.serving.store import ServingStore
from satudata.validation.text import Text

Answer = TypeVar("Answer")

BEING_MADE = Text(
    id="Data versi ini sedang disiapkan untuk dibaca. Coba lagi sebentar lagi.",
    en="The data of this version is being made ready for reading. Try again in a moment.",
)


async def with_copies(
    serving: ServingStore,
    snapshots: Sequence[Snapshot],
    deadline: Deadline,
    ask: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Ask, with good copies at hand; once more with new copies when some turn out to be damaged."""
    for snapshot in snapshots:
        if not serving.is_open(snapshot):
            await in_time(serving.ensure(snapshot), deadline, BEING_MADE)
    try:
        return await ask()
    except CopyDamaged:
        for snapshot in snapshots:
            await in_time(serving.replace(snapshot), deadline, BEING_MADE)
        return await ask()
