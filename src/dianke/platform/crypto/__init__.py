"""Encryption of personal data, lookup by keyed hash, masks."""
