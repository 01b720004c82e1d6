"""Typed rows: GraphQL types made from contracts, and selections turned into row queries."""
