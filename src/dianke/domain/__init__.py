"""One folder a module: each owns its tables and its rules."""
