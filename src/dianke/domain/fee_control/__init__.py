"""
Fee control: who is supplied on a running balance, what that balance is, and who is cut off and comes back.

Agreements with thresholds, exemptions, the estimate of what runs since the last bill, states of accounts, notices,
orders of disconnection and reconnection with their clocks, commands to meters. Not here: bills and prices (billing),
money (receivables), dunning (collection), the sending of messages (platform.outbox). Regulations:
REG-ELECTRICITY-USE-1996, REG-SUPPLY-SUPERVISION-2009, SRC-P11, SRC-CUT-OFF.
"""
