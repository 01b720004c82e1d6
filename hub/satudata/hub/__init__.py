"""The application: settings, identity, portal, command line, job runner and the assembled ASGI app.

This is the top layer and the only one that reads settings or knows passwords, tokens and sessions.
Start reading at `app.py` (what runs) or `cli/` (what people type).
"""
