"""Rules of watch lists: what raises an entry, why, and what a run does with it."""
