"""Files as batches of text: what a file is by its content, where its table starts, and its cells as written."""
