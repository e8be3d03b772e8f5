"""Tokens of programs and the answers kept under idempotency keys."""
