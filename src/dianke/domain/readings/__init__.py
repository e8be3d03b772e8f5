"""
Readings: cycles and routes, raw register values kept for ever, interval curves, and the frozen month.

A frozen month holds what billing may use; a later change of a reading or of a multiplier leaves it alone.
"""
