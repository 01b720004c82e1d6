"""The lake: one immutable, typed, sorted Parquet file a version, named by its hash. It is the truth about rows."""
