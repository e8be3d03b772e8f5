"""
Outbox: messages out by SMS, e-mail, WeChat and letter, each traceable from the wish to the report of delivery.

Who asks for a message says whom it goes to, what it says and what it is about; this package knows no customers. It
keeps quiet hours, holidays, rates and consent, sends once, and where a process died between sending and marking it
repeats under the same number of the message and records the repeat.
"""
