"""Rows of published versions: `RowQuery` in, exact values out. Owns SQL, planner, both engines and deadlines."""
