"""Who is asking: passwords, tokens, sessions and CSRF, resolved to the `Principal` the lower layers know."""
