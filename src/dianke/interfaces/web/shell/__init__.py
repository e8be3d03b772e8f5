"""What every page stands in: log-in, home, search, errors, language and theme."""
