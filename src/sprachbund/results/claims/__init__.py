"""What stored results say of the claims of 2205.08497: one rule a claim, a verdict a claim and encoder."""
