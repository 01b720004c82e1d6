"""Data standards: contracts, readers, casting, row checks, set checks, findings and reports.

It takes files and contracts and answers with reports; it knows no web and no database.
Start reading at `checking.py`.
"""
