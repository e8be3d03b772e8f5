"""Rules that search the archive for what is missing, contradicting, stale or double, and the findings they leave."""
