"""
Collection: what is owed and overdue, who sees to it, by which steps it is asked for, and what is given up.

Ageing of open items as of any day, the ladder of dunning with its steps, promises and holds, responsibility of
collectors, recovery rates and the forecast of collection, bad debt. Not here: payments, late fees, agreements and
disconnections (receivables), the sending of messages (platform.outbox). Regulations: SRC-SEED-003, SRC-P11.
"""
