"""Retrieval data sets: queries, candidates, and which of them belong together."""
