"""Pages of the statistics of average prices and of the comparison of periods."""
