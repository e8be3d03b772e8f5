"""
Load shapes: kinds of day curves found in measured intervals, and who has which.

Runs of clustering with their stability, shapes with their names, membership of usage points. Not here: the curves
themselves (readings). Rules: docs/rules/load-shapes.md.
"""
