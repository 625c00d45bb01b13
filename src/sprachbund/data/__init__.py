"""Files to examples: formats, locations, label spaces, the catalogue of data sets."""
