"""The next version of a contract: what it says already, and how a file was read where that had to be guessed.

Only the `file` settings and the version change; comments and order of the author's text stay. Registering it is in
`registration.py`.
"""

from satudata.datasets.catalogue.semver import parse
from satudata.datasets.errors import InvalidInput
from satudata.validation.contracts.keeping import KeepingError, with_file_settings, with_version
from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.reading import Reading
from satudata.validation.text import Text

_BYTE_ORDER_MARK = "\ufeff"


def with_reading(contract: DataContract, reading: Reading) -> str:
    """The YAML of the next patch version. Raises InvalidInput (CONTRACT_NOT_EDITABLE) naming the settings to write."""
    major, minor, patch = parse(contract.version)
    guessed = reading.guessed()
    try:
        text = with_file_settings(contract.source.removeprefix(_BYTE_ORDER_MARK), guessed)
        return with_version(text, f"{major}.{minor}.{patch + 1}")
    except KeepingError as error:
        settings = ", ".join(f"{name}: {value}" for name, value in guessed.items())
        raise InvalidInput(
            Text(
                f"Pengaturan tidak dapat ditambahkan ke kontrak ini karena cara penulisannya. Tulis sendiri di bagian "
                f"file: {settings}, lalu daftarkan versi barunya.",
                f"The settings cannot be added to this contract because of how it is written. Write them into its "
                f"file settings: {settings}, then register it as a new version.",
            ),
            code="CONTRACT_NOT_EDITABLE",
        ) from error
