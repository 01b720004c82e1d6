"""Every table of the catalogue, gathered so that migrations see the whole metadata."""

import satudata.datasets.agencies.models
import satudata.datasets.audit.models
import satudata.datasets.catalogue.models
import satudata.datasets.codes.models
import satudata.datasets.database.epoch
import satudata.datasets.documents.models
import satudata.datasets.people.models
import satudata.datasets.submissions.models
import satudata.datasets.versions.models  # noqa: F401 - imported for their tables
from satudata.datasets.database.base import Base

METADATA = Base.metadata
