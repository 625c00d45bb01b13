"""One file a format; the interface and the table are in `reader.py`."""
