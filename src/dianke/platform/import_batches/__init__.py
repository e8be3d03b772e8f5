"""
Files that were loaded in bulk: each file as it came, how far it got, and which rows it stored.

Owns batches, their bad rows and the kept files; knows nothing of the tables that files are loaded into.
"""
