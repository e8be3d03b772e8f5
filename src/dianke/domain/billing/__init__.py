"""
Billing: the terms a point is billed on, runs in shards, drafts, faults, and issued bills that never change.

Not here: prices (tariffs), register values (readings), what is owed and paid (receivables).
Regulations: TR-1 to TR-14, REG-SUPPLY-2024.
"""
