"""Rules of collection."""
