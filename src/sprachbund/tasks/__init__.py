"""What is asked and how it is scored; no torch."""
