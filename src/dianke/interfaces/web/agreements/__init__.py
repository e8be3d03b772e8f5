"""Pages of agreements on instalments and of guarantees."""
