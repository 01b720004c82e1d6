"""Row checks: what points at a row and a cell. pandera runs them on eager batches; keys are compared over batches."""
