"""Staff, posts, units: who works where and may do what."""
