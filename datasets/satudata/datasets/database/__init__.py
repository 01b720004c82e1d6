"""The catalogue's database: base classes, SQLite and PostgreSQL engines, units of work and the epoch."""
