"""Agencies that publish: their slug, name and kind."""
