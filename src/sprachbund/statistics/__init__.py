"""Arrays in, numbers out: intervals and paired comparisons; no experiment vocabulary."""
