"""
Profiles: tags that say in a word what a customer is like, and segments made of them.

Definitions of tags with formula, refresh, validity, source, purpose and who may see them, values in force with their
history, segments as saved conditions. Not here: the facts themselves, which stay with the modules that own them.
Rules: docs/rules/tags.md.
"""
