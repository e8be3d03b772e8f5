"""Gateways of online payment: what they send, how it is signed, what a notice of theirs is worth."""
