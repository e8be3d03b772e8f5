"""
Supply contracts: what utility and customer agreed on for an account, version by version (供用电合同).

Templates with clauses as dated data, drafts filled from facts, approval by a second person, signatures with the hash of
what was signed, filing, end and renewal. Not here: where facts come from and the paper itself (application.contracts),
guarantees (receivables), what is billed (billing). Regulations: REG-CIVIL-CODE-2020, REG-ELECTRICITY-USE-1996,
REG-SUPPLY-2024.
"""
