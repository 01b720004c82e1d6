"""Reference code lists and their editions, kept as immutable Parquet in a folder the checker can read."""
