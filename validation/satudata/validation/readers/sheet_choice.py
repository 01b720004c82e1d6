"""Which sheet of a workbook holds the table of a contract.

The one the contract names, else the visible one with the most headers. Where another fits as well, or a hidden one
fits better, that is told. Sheets that this program itself puts into a workbook are left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import Unreadable
from satudata.validation.readers.header_row import HeaderRow, find_header, no_header
from satudata.validation.readers.own_sheets import is_own_sheet
from satudata.validation.readers.spreadsheet_process import SheetBeginning

_REPEATED = 500_000
"""How many cells merged ranges may fill; real headers need a few hundred."""
_NAMED = 6


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """The sheet and its header; `issues` tell of doubts, which end when the contract names it."""

    sheet: SheetBeginning
    header: HeaderRow
    issues: tuple[Issue, ...] = ()


def choose_sheet(sheets: Sequence[SheetBeginning], contract: DataContract) -> SheetChoice:
    """Raises Unreadable when the sheet is not there or no sheet has the headers."""
    if contract.file.sheet is not None:
        sheet = _named(sheets, contract.file.sheet)
        header = find_header(_filled(sheet), contract)
        if header is None:
            raise _nothing([sheet], contract)
        return SheetChoice(sheet, header)
    data = [sheet for sheet in sheets if not is_own_sheet(sheet.name)] or list(sheets)
    fitting = [
        (sheet, header) for sheet in data if (header := find_header(_filled(sheet), contract)) is not None
    ]
    visible = [(sheet, header) for sheet, header in fitting if sheet.visible]
    hidden = [(sheet, header) for sheet, header in fitting if not sheet.visible]
    if not visible:
        raise _nothing([sheet for sheet in data if sheet.visible], contract, [sheet for sheet, _ in hidden])
    sheet, header = max(visible, key=lambda found: found[1].matched)
    alike = [other for other, found in visible if found.matched == header.matched]
    better = [other for other, found in hidden if found.matched > header.matched]
    if len(alike) == 1 and not better:
        return SheetChoice(sheet, header)
    return SheetChoice(sheet, header, (_doubt(sheet, [*alike, *better]),))


def _named(sheets: Sequence[SheetBeginning], wanted: str) -> SheetBeginning:
    for sheet in sheets:
        if sheet.name.strip().casefold() == wanted.strip().casefold():
            return sheet
    found = ", ".join(sheet.name for sheet in sheets)
    raise Unreadable(Issue("file.sheet", values={"wanted": wanted, "found": found[:300]}))


def _doubt(chosen: SheetBeginning, fitting: Sequence[SheetBeginning]) -> Issue:
    others = [sheet for sheet in fitting if sheet is not chosen]
    names = ", ".join(f'"{sheet.name}"' for sheet in others[:_NAMED])
    more = f" (+{len(others) - _NAMED})" if len(others) > _NAMED else ""
    hidden = any(not sheet.visible for sheet in others)
    return Issue(
        "file.sheet_choice",
        value=chosen.name,
        values={
            "sheet": chosen.name,
            "others": names + more,
            "hidden": word("sheet.hidden") if hidden else word("hint.none"),
        },
    )


def _nothing(
    visible: Sequence[SheetBeginning], contract: DataContract, hidden: Sequence[SheetBeginning] = ()
) -> Unreadable:
    """No sheet fits; a hidden one that does is named."""
    heads = [sheet.head for sheet in visible]
    filled = [head for head in heads if any(cell.strip() for row in head for cell in row)]
    if not filled and not hidden:
        return Unreadable(Issue("file.empty"))
    unreadable = no_header(filled[0] if filled else [], contract)
    if not hidden:
        return unreadable
    return Unreadable(Issue("file.sheet_hidden", value=hidden[0].name, values={"sheet": hidden[0].name}))


def _filled(sheet: SheetBeginning) -> list[list[str]]:
    """The first rows with each merged cell repeated over its range."""
    head = [list(row) for row in sheet.head]
    width = max(map(len, head), default=0)
    left = _REPEATED
    for top, first, bottom, last in sheet.merged:
        rows = range(top - 1, min(bottom, len(head)))
        columns = range(first, min(last + 1, width))
        left -= len(rows) * len(columns)
        if left < 0:
            break
        text = head[top - 1][first] if top <= len(head) and first < len(head[top - 1]) else ""
        for row in rows:
            for column in columns:
                if text and column < len(head[row]) and not head[row][column]:
                    head[row][column] = text
    return head
