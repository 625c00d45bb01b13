"""Benchmarks: ours against others, paired; run from the repository's root by `python -m benchmarks COMMAND`."""
