"""What both jobs stand on: database, acts, files, the checker process and the work folder of a submission."""

from dataclasses import dataclass
from pathlib import Path

from satudata.datasets.audit.acts import Acts
from satudata.datasets.clock import Clock
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.database.engine import Database
from satudata.datasets.files.store import FileStore
from satudata.datasets.jobs.checker import Checker
from satudata.datasets.serving.store import ServingStore
from satudata.datasets.submissions.repository import SubmissionRecord, SubmissionRepository


@dataclass(frozen=True, slots=True)
class JobCore:
    config: DatasetsConfig
    database: Database
    acts: Acts
    clock: Clock
    files: FileStore
    checker: Checker
    serving: ServingStore

    def work(self, submission_id: str) -> Path:
        """The folder the submission's jobs may use; gone once they are done."""
        return self.config.work / submission_id

    async def record(self, submission_id: str) -> SubmissionRecord | None:
        """The submission as it is now."""
        async with self.database.read() as session:
            return await SubmissionRepository(session).record(submission_id)
