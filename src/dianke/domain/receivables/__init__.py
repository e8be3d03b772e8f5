"""
Receivables: the books. Chart of accounts, vouchers with postings that balance, closed days and months, and the proof.

What a bill leaves to be paid is what its postings on accounts of receivables come to; payments settle it by policy, and
what is left of them is prepayment. How money comes: channels.
Not here: what is billed (billing). Regulations: REG-ASBE-ACCOUNTS-2006, SRC-SEED-003.
"""
