"""What to tell, in which format; reads stored findings only."""
