"""`check --keep-reading`: how the file was read, where that was a guess, written into the contract's file settings.

Then the next file of this kind is read in the same way without a warning. Everything else in the contract stays.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from satudata.hub.cli.output import USAGE, fail, note
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.validation.contracts.model import DataContract
    from satudata.validation.reports.model import Report


def keep_reading(report: "Report", file: Path, contract: Path, loaded: "DataContract") -> None:
    """Write what was guessed of `file` into the contract's file; tells what it wrote, or that there was nothing."""
    # Imported here: only who asks for it pays for it.
    from satudata.validation.contracts.keeping import KeepingError, with_file_settings
    from satudata.validation.reports.excerpting import reading_of

    reading = reading_of(report, file, loaded)
    guessed = reading.guessed() if reading else {}
    if not guessed:
        note(
            Text(
                id="Tidak ada yang diperkirakan saat membaca berkas; kontrak tidak diubah.",
                en="Nothing was guessed in reading the file; the contract is unchanged.",
            )
        )
        return
    with contract.open(encoding="utf-8-sig", newline="") as stream:
        text = stream.read()
    try:
        kept = with_file_settings(text, guessed)
    except KeepingError:
        settings = ", ".join(f"{name}: {value}" for name, value in guessed.items())
        message = Text(
            id=f"Pengaturan tidak dapat ditambahkan ke {contract}. Tulis sendiri di bagian file: {settings}.",
            en=f"The settings cannot be added to {contract}. Write them into its file settings: {settings}.",
        )
        fail(message, USAGE)
    with contract.open("w", encoding="utf-8", newline="") as stream:
        stream.write(kept)
    settings = ", ".join(f"{name}: {value}" for name, value in guessed.items())
    note(Text(id=f"Disimpan di {contract}: {settings}.", en=f"Kept in {contract}: {settings}."))
