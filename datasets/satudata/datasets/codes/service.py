"""Reference code lists: which there are, their codes, and bringing in the lists bundled with the package."""

import asyncio
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from importlib import resources
from pathlib import Path

from satudata.datasets.access.policy import Action, not_found_text, require
from satudata.datasets.access.principal import Principal
from satudata.datasets.audit.acts import Act, Acts
from satudata.datasets.codes.models import CodeListEditionRow, CodeListRow
from satudata.datasets.codes.reader import CodeReader
from satudata.datasets.codes.repository import CodeListRepository, to_code_list
from satudata.datasets.codes.types import Code, CodeList, CodeQuestion, CodesAsWritten, CodeSpan
from satudata.datasets.codes.written import WrittenReader
from satudata.datasets.database.engine import Database
from satudata.datasets.database.search import words
from satudata.datasets.errors import NotFound
from satudata.datasets.identifiers import new_id
from satudata.datasets.paging import Page, Position, page_size
from satudata.datasets.rows.query import Predicate
from satudata.validation.references.folder import (
    MANIFEST,
    CodeListInfo,
    EditionInfo,
    References,
    read_raw_manifest,
)
from satudata.validation.text import Text


class CodeService:
    """`folder` is the home's references folder: what the database names lies there, for the checker to read."""

    def __init__(self, database: Database, acts: Acts, folder: Path) -> None:
        self._database = database
        self._acts = acts
        self._folder = folder
        self._reader = CodeReader()
        self._written = WrittenReader(self._reader)
        self._files: dict[tuple[str, str], Path] = {}

    async def lists(self, first: int = 50, after: Position | None = None) -> Page[CodeList]:
        """Code lists by slug."""
        async with self._database.read() as session:
            return await CodeListRepository(session).page(page_size(first), after)

    async def get(self, slug: str) -> CodeList:
        """The list `agency/list`. Raises NotFound."""
        async with self._database.read() as session:
            repository = CodeListRepository(session)
            row = await repository.by_slug(slug)
            if row is None:
                raise NotFound(
                    not_found_text(Text(f"Kode referensi {slug}", f"Code list {slug}")), ("codeList",)
                )
            return to_code_list(row, await repository.editions(slug))

    async def codes(
        self,
        slug: str,
        edition: str | None = None,
        search: str | None = None,
        first: int = 100,
        after: Position | None = None,
    ) -> Page[Code]:
        """Codes of an edition (the current one when None) in order of code. Raises NotFound."""
        file = await self._file(slug, edition)
        return await self._reader.page(file, words(search), page_size(first), after)

    async def entries(self, slug: str, codes: Collection[str], edition: str | None = None) -> dict[str, Code]:
        """Several codes at once; unknown ones are left out. Raises NotFound for the list or edition."""
        return await self._reader.entries(await self._file(slug, edition), codes)

    async def code(self, slug: str, code: str, edition: str | None = None) -> Code | None:
        """One code. Raises NotFound for the list or edition."""
        return (await self.entries(slug, [code], edition)).get(code)

    async def entries_as_written(self, codes: CodesAsWritten, values: Collection[str]) -> dict[str, Code]:
        """The entries behind values of a column, by value, in one read at most; values without one are left out.

        Raises NotFound for the list or edition.
        """
        file = await self._file(codes.code_list, codes.edition)
        return await self._written.entries(file, codes, values)

    async def spans_below(
        self, codes: CodesAsWritten, roots: Sequence[str]
    ) -> Mapping[str, tuple[CodeSpan, ...]]:
        """For each code the values of a column that stand for it or for one below it, as spans of their order.

        Unknown codes are left out. Raises NotFound for the list or edition.
        """
        return await self._written.below(await self._file(codes.code_list, codes.edition), codes, roots)

    async def condition(self, codes: CodesAsWritten, column: str, question: CodeQuestion) -> Predicate:
        """Rows whose column holds a code that is meant. Raises NotFound, and InvalidInput for an unknown `under`."""
        file = await self._file(codes.code_list, codes.edition)
        return await self._written.condition(file, codes, column, question)

    async def import_bundled(self, principal: Principal) -> tuple[CodeList, ...]:
        """Bring in the lists that come with the package; repeating it changes nothing. Raises NotAllowed."""
        with resources.as_file(resources.files("satudata.datasets") / "reference") as bundled:
            return await self.import_folder(principal, bundled)

    async def import_folder(self, principal: Principal, source: Path) -> tuple[CodeList, ...]:
        """Bring in every edition of a references folder that is not here yet. An edition once here never changes.

        Files come first, then one transaction, then the manifest the checker reads. Raises NotAllowed.
        """
        role = require(principal, Action.IMPORT_CODES)
        lists = References(source).lists()
        await asyncio.to_thread(_copy_files, source, self._folder, lists)
        async with self._acts.begin(principal) as act:
            for info in lists:
                for edition in await _store(act, info):
                    act.record("codes.import", f"codes:{info.id}", role=role, edition=edition)
                    act.changes_what_readers_see()
        await asyncio.to_thread(_merge_manifest, source, self._folder)
        return tuple([await self.get(info.id) for info in lists])

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()

    async def _file(self, slug: str, edition: str | None) -> Path:
        """Where an edition's codes are; a named one is asked of the database once. Raises NotFound."""
        known = self._files.get((slug, edition)) if edition is not None else None
        if known is not None:
            return known
        async with self._database.read() as session:
            row = await CodeListRepository(session).edition(slug, edition)
        if row is None:
            what = f"{slug} {edition or ''}".strip()
            raise NotFound(not_found_text(Text(f"Kode referensi {what}", f"Code list {what}")), ("codeList",))
        self._files[slug, row.edition] = self._folder / row.file
        return self._folder / row.file


async def _store(act: Act, info: CodeListInfo) -> list[str]:
    """Rows for what is new; returns the new editions."""
    repository = CodeListRepository(act.session)
    row = await repository.by_slug(info.id)
    known = await repository.editions(info.id)
    new = {edition: entry for edition, entry in info.editions.items() if edition not in known}
    if row is None:
        row = CodeListRow(id=new_id(), slug=info.id, current_edition=info.current)
        repository.add(row)
    if new:
        row.title_id, row.title_en = info.title.id, info.title.en
        row.authority, row.license, row.attribution = info.authority, info.license, info.attribution
        row.current_edition = info.current
        await act.session.flush()
    for edition, entry in new.items():
        repository.add(_edition_row(row.id, edition, entry, act))
    return list(new)


def _edition_row(list_id: str, edition: str, entry: EditionInfo, act: Act) -> CodeListEditionRow:
    return CodeListEditionRow(
        list_id=list_id,
        edition=edition,
        file=entry.file,
        sha256=entry.sha256,
        rows=entry.rows,
        imported_at=act.at,
    )


def _copy_files(source: Path, target: Path, lists: tuple[CodeListInfo, ...]) -> None:
    """Copy what is missing, each file whole or not at all, and only when it is what the manifest says."""
    target.mkdir(parents=True, exist_ok=True)
    for info in lists:
        for entry in info.editions.values():
            if (target / entry.file).exists():
                continue
            if hashlib.sha256((source / entry.file).read_bytes()).hexdigest() != entry.sha256:
                raise ValueError(f"{entry.file} is not what {MANIFEST} says")
            with tempfile.NamedTemporaryFile(dir=target, suffix=".part", delete=False) as part:
                shutil.copyfileobj((source / entry.file).open("rb"), part)
            os.replace(part.name, target / entry.file)


def _merge_manifest(source: Path, target: Path) -> None:
    """Add the source's lists and editions to the target's manifest; editions already there stay as they are."""
    manifest = read_raw_manifest(target)
    for list_id, incoming in read_raw_manifest(source)["lists"].items():
        present = manifest["lists"].get(list_id, {"editions": {}})
        fresh = set(incoming["editions"]) - set(present["editions"])
        if fresh:
            editions = {**incoming["editions"], **present["editions"]}
            manifest["lists"][list_id] = {**incoming, "editions": editions}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    with tempfile.NamedTemporaryFile("w", dir=target, suffix=".part", delete=False, encoding="utf-8") as part:
        part.write(text)
    os.replace(part.name, target / MANIFEST)
