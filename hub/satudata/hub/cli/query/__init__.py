"""`satudata query`: one GraphQL document to a hub, the answer as JSON or as rows.

`command.py` is the command; `document.py` reads what is to be sent, `asking.py` sends it, `paging.py` follows the
cursors of a connection, `columns.py` finds the rows in an answer, `writing.py` writes them and `answering.py` tells
what was refused and how far it is.
"""

from satudata.hub.cli.query.command import register

__all__ = ["register"]
