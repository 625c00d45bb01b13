"""Encoders: pieces and a mask in, hidden states out."""
