"""The portal: server-rendered pages in Indonesian (`/`) and English (`/en/`).

A content page is one document of `graphql/operations/` run in process, and one template; acts of producers and
stewards call the services. Start at `routes.py`; how a page is made is in `rendering.py`.
"""
