"""Fusions: states in, one state out."""
