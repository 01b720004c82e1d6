"""Documents of the API that people registered, so that requests may name them instead of sending them."""
