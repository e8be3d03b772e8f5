"""
Watching: which customers need somebody this week, why, and what became of it.

Weekly lists (falling use, idle capacity, arrears, leaving, complaints) with reasons, proposed acts and results, from
which precision is known. Not here: the work itself. Rules: docs/rules/watching.md.
"""
