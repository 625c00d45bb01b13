"""Contract checks and tiny encoders for authors of extensions."""
