"""Our stages (prepare, train, predict, score, summarise); the machine that runs them is `sprachbund.stages`."""
