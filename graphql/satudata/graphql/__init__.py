"""The GraphQL API: catalogue schema, row types made from contracts, guard, splicing, HTTP.

It turns documents into calls of `satudata.datasets` and knows no settings, passwords or SQL.
Start reading at `service.py`.
"""
