"""Work that outlives a request: checking a submission and publishing it, as idempotent steps."""
