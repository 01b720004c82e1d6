"""HTTP beside pages and GraphQL: uploads, downloads, health checks, middleware."""
