"""
A fleet with known errors for measuring the review: made here, with no line of the review's own code.

Nothing in this package but `filling` imports Django or the domain; nothing at all imports the billing module.
"""
