"""
The archive of customers: who they are, their accounts and the places they are supplied at.

Not here: meters (metering), transformers (network), money (receivables).
Regulations: REG-SUPPLY-1996, REG-SUPPLY-2024 (供电营业规则).
"""
