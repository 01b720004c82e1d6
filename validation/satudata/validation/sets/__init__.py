"""Set checks: what only the whole set has. Measures are folded batch by batch; Great Expectations judges them."""
