"""Datasets and the contract versions that describe them: registration, compatibility, look-up and search."""
