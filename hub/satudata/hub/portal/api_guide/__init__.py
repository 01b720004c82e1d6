"""The page `/docs/api`: what the API is and its rules, with examples that run.

`guide.yaml` holds the words, `contents.py` reads them, `tables.py` adds what the running API says of itself; the
examples are documents on the demo's datasets (`hub/demo/examples/`), the set-ups of typed clients stand in `clients/`.
Tests run every example in every form, and generate, compile and run both clients.
"""
