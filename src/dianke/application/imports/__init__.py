"""
Tables come in as files: read whole, checked whole, every fault named, stored in one transaction.

files -> checking -> a table's own checks against the archive -> store. The same core serves command and page.
"""
