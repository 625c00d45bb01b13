"""Model and corpus to a better model."""
