"""Published versions of datasets: immutable, numbered, superseded or withdrawn but never gone."""
