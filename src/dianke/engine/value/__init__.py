"""What customers are worth as numbers: weights from pairwise comparison, percentiles, index, ABC cuts, future value."""
