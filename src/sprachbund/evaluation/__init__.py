"""Model and corpus to predictions and scores."""
