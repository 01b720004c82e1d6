"""Uploads and submissions: a file's way from an agency to an approved version."""
