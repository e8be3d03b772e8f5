"""
Tags: conditions over facts of customers, evaluated for whole fleets at once, and indicators that need more.

Pure arrays: facts come as int64 columns in their fixed scale, what is not known is UNKNOWN. Rules: docs/rules/tags.md.
"""
