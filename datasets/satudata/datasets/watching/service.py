"""Wakes whoever follows publications or a submission. One look a second at the database for all of them together, none
while nobody follows: other processes publish and check, too, and not every database can call back.

    with services.watching.watch(submission_id) as watch:
        while True:
            ...                       # read how it stands now
            await watch.changed()     # from here on, or since the last look

Nothing here asks who may see what: followers read with the services of each noun.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from satudata.datasets.config import DatasetsConfig
from satudata.datasets.database.engine import Database
from satudata.datasets.database.epoch import Epoch
from satudata.datasets.submissions.progress import read_progress
from satudata.datasets.submissions.types import SubmissionState
from satudata.datasets.watching.repository import WatchRepository
from satudata.datasets.watching.types import Publication, Standing

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
READ_AT_ONCE = 100
_WORKED_ON = (SubmissionState.CHECKING, SubmissionState.APPROVED)


class Watch:
    """One follower's. Changes that come faster than they are waited for are one."""

    def __init__(self, submission_id: str | None) -> None:
        self.submission_id = submission_id
        """None for publications."""
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """There is something to read."""
        self._changed.set()

    async def changed(self) -> None:
        """Return once something changed since the watch began, or since this returned last."""
        await self._changed.wait()
        self._changed.clear()


class WatchService:
    """`seconds` is how long it takes at most to notice."""

    def __init__(self, database: Database, epoch: Epoch, config: DatasetsConfig) -> None:
        self.seconds = LOOK_SECONDS
        self._database = database
        self._epoch = epoch
        self._config = config
        self._watches: set[Watch] = set()
        self._looking: asyncio.Task[None] | None = None
        self._seen_epoch: int | None = None
        self._seen: dict[str, Standing] = {}
        self._read: dict[tuple[int, str | None], asyncio.Future[Sequence[Publication]]] = {}

    @property
    def is_looking(self) -> bool:
        """Whether anybody follows anything."""
        return self._looking is not None

    @contextmanager
    def watch(self, submission_id: str | None = None) -> Iterator[Watch]:
        """Watch a submission, or publications, while the block runs. What changed before it began is not told."""
        watch = Watch(submission_id)
        self._watches.add(watch)
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look_on())
        try:
            yield watch
        finally:
            self._watches.discard(watch)
            if not self._watches:
                self._rest()

    async def newest_position(self) -> int:
        """A position that every publication from now on comes after."""
        async with self._database.read() as session:
            return await WatchRepository(session).newest_position()

    async def publications(self, after: int, dataset: str | None = None) -> Sequence[Publication]:
        """Publications after a position in their order, at most `READ_AT_ONCE`; closed datasets, too.

        Followers who are woken together ask the same: what the first one reads holds until the next look.
        """
        if not self.is_looking:
            return await self._publications(after, dataset)
        reading = self._read.get((after, dataset))
        if reading is None:
            reading = self._read[after, dataset] = asyncio.ensure_future(self._publications(after, dataset))
        return await asyncio.shield(reading)

    async def position_of(self, dataset: str, number: int) -> int | None:
        """Where a version stands among the publications; None when there is no such version."""
        after = 0
        while found := await self._publications(after, dataset):
            for publication in found:
                if publication.number == number:
                    return publication.position
            after = found[-1].position
        return None

    async def _publications(self, after: int, dataset: str | None) -> Sequence[Publication]:
        async with self._database.read() as session:
            return await WatchRepository(session).publications(after, dataset, READ_AT_ONCE)

    async def close(self) -> None:
        """Look no more."""
        self._rest()

    def _rest(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self._seen_epoch = None
        self._seen.clear()
        for reading in self._read.values():
            reading.cancel()
        self._read.clear()

    async def _look_on(self) -> None:
        while True:
            try:
                await self._look()
            except Exception:
                logger.exception("could not look for changes; followers hear of them later")
            await asyncio.sleep(self.seconds)

    async def _look(self) -> None:
        epoch = await self._epoch.current()
        standings = await self._standings()
        self._read.clear()
        for watch in self._watches:
            if watch.submission_id is None:
                changed = epoch != self._seen_epoch
            else:
                changed = standings.get(watch.submission_id) != self._seen.get(watch.submission_id)
            if changed:
                watch.wake()
        self._seen_epoch, self._seen = epoch, standings

    async def _standings(self) -> dict[str, Standing]:
        """How the watched submissions stand."""
        watched = {watch.submission_id for watch in self._watches if watch.submission_id is not None}
        if not watched:
            return {}
        async with self._database.read() as session:
            found = await WatchRepository(session).standings(watched)
        return {
            id_: replace(standing, progress=read_progress(self._config.work / id_))
            if standing.state in _WORKED_ON
            else standing
            for id_, standing in found
        }
