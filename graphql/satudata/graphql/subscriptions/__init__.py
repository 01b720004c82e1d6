"""Subscriptions: answers that go on, as server-sent events over `/graphql`."""
