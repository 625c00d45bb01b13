"""Who the languages are: codes, names, scripts, families, and named sets of them."""
