"""The catalogue: agencies, datasets, versions, submissions, review, audit, reference codes, lake and rows.

All rules about who may do what, and all SQL, live here. It knows no HTTP and no settings.
Start reading at `services.py`.
"""
