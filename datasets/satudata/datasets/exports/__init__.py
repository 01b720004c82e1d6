"""Downloads of a version's rows: CSV, XLSX and the lake's own Parquet, public columns only."""
