"""The child processes: each takes one JSON object as its argument and writes one as its last line."""
