"""The machine that runs and remembers work; our use of it is `sprachbund.pipeline`."""
