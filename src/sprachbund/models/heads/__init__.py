"""Heads: the fused state in, logits out."""
