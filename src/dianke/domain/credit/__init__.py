"""
Credit: what a customer did, from dated facts to points, grade and measures.

Facts of customers (also those that modules to come will bring: theft, accidents, complaints, calls, satisfaction),
scores with their reasons, items judged by a person, objections, measures by grade. Not here: the statistical risk of
arrears (collection), value and classes (valuation). The score is always computed again from facts, never edited.
Rules: docs/rules/credit.md.
"""
