"""The rule catalogue (codes, titles, messages in two languages) and the findings built from it."""
