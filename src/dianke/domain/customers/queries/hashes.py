"""Keyed hashes by which personal numbers are found; None where there is no number."""

from dianke.domain.customers import rules
from dianke.platform.crypto.cipher import keyed_hash


def hash_identity_number(text: str) -> bytes | None:
    """Return the hash of an identity number as anybody writes it."""
    folded = rules.fold_identity_number(text)
    return keyed_hash(folded, purpose="identity_number") if folded else None


def hash_phone(text: str) -> bytes | None:
    """Return the hash of a phone number as anybody writes it."""
    folded = rules.fold_phone(text)
    return keyed_hash(folded, purpose="phone") if folded else None


def hash_phone_mask(text: str) -> bytes | None:
    """Return the hash of the mask of a whole phone number."""
    masked = rules.mask_folded_phone(rules.fold_phone(text))
    return keyed_hash(masked, purpose="phone") if masked else None


def hash_masked_phone(text: str) -> bytes | None:
    """Return the hash that a masked phone number such as 139****4418 is found by."""
    masked = rules.fold_masked_phone(text)
    return keyed_hash(masked, purpose="phone") if masked else None


def hash_bank_account(text: str) -> bytes | None:
    """Return the hash of a bank account as anybody writes it."""
    folded = rules.fold_bank_account(text)
    return keyed_hash(folded, purpose="bank_account") if folded else None


def hash_birthday(text: str) -> bytes | None:
    """Return the hash of month and day of a birthday, of 1980-05-12 as of 05-12: a calendar asks for it by day."""
    return keyed_hash(text[-5:], purpose="birthday") if text else None
