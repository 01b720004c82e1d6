"""Files kept for good: raw uploads, reports and the lake, in one object store by content hash."""
