"""Serving copies: what readers query. Made from the lake, named by its hashes, disposable."""
