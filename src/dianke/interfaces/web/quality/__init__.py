"""Pages of archive quality: what the rules found, who works on it, what is no fault after all."""
