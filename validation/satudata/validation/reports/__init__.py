"""Reports: what a check found, in the fixed JSON shape (`model.py`) and as text for people."""
