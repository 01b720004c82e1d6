"""Ids in addresses: the plain ones of the services, and the global ones that GraphQL answers, alike."""

from starlette.requests import Request

from satudata.graphql.ids import parse_id


def plain_id(request: Request, name: str) -> str:
    """The path parameter as the services know it."""
    given: str = request.path_params[name]
    parsed = parse_id(given)
    return parsed.key if parsed else given
