"""Tensors to logits: encoder, taps, fusion, head. Read `transfer_model.py` first."""
