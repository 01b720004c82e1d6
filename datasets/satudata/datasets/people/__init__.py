"""People, their dated roles, and the stored rows of their credentials (never the cryptography)."""
