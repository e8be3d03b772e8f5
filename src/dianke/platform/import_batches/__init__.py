"""Files that were loaded in bulk, and what each of them stored, so that a batch can be undone."""
