"""What a run leaves behind (rows), and what may be concluded from it."""
