"""Data contracts: ODCS v3.1.0 YAML with the SDI profile, read into the frozen model of `model.py`."""
