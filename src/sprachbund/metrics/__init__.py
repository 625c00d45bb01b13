"""Gold and predicted labels in, per-example counts that add up out."""
