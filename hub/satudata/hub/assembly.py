"""Assembly: opens the parts of a hub from its settings and closes them again.

Not here: HTTP (`app.py`), the command line (`cli/`). What the parts do: `satudata.datasets.services`,
`satudata.graphql.service`, `identity/`, `jobs/`.
"""

from dataclasses import dataclass

from satudata.datasets.services import Services
from satudata.graphql.service import GraphQLApi
from satudata.hub.identity.service import Identity
from satudata.hub.jobs.runner import JobRunner
from satudata.hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub. Web code reaches it as `request.app.state.hub`.

    Middleware has set, for every request: `request.state.principal` (`Principal`, ANONYMOUS for visitors),
    `request.state.language` (`"id"` or `"en"`), `request.state.csrf_token` (`str`, to be sent back by every form as
    the hidden field `csrf_token`) and `request.state.request_id` (`str`, the reference shown on error pages).
    """

    settings: Settings
    services: Services
    api: GraphQLApi
    identity: Identity
    runner: JobRunner
    is_demo: bool
    """True in a home made by `satudata demo`: every page says so."""
