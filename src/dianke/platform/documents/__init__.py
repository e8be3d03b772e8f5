"""Files kept by hash: what was handed in, shown and kept as long as the rule says."""
