"""Retrieval without training: each distinct text encoded once, exact search, ranks to counts."""
