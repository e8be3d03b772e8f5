"""Nightly search for faults of the archive, and the work they make."""
