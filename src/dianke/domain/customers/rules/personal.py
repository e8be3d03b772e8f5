"""How personal numbers are folded before they are compared, and whether they can be right."""

import re
import unicodedata

from dianke.domain.customers.types import IdentityKind
from dianke.kernel.masks import mask_phone

_NOT_DIGITS = re.compile(r"[^0-9]")
_NOT_IDENTITY = re.compile(r"[^0-9A-Z]")
_MASKED_PHONE = re.compile(r"([0-9]{3})\*+([0-9]{4})", re.ASCII)
_ID_CARD = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]")
# The alphabet of unified codes leaves out I, O, S, V and Z. Source: REG-GB-32100-2015.
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_CHECKS = "10X98765432"
_MOBILE_LENGTH = 11
_PHONE_LENGTHS = range(7, 16)
_BANK_LENGTHS = range(8, 31)


def fold_identity_number(text: str) -> str:
    """Return an identity number as it is compared: half-width capitals and digits, nothing between."""
    return _NOT_IDENTITY.sub("", unicodedata.normalize("NFKC", text).upper())


def fold_phone(text: str) -> str:
    """Return a phone number as it is compared: digits alone, without 86 before a number of eleven."""
    digits = _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    if digits.startswith("0086"):
        digits = digits[2:]
    return digits[2:] if digits.startswith("86") and len(digits) == _MOBILE_LENGTH + 2 else digits


def fold_bank_account(text: str) -> str:
    """Return a bank account as it is compared: digits alone."""
    return _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", text))


def mask_folded_phone(folded: str) -> str:
    """Return the mask that a folded number is found by, or nothing where the mask hides too little or too much."""
    masked = mask_phone(folded)
    return fold_masked_phone(masked)


def fold_masked_phone(text: str) -> str:
    """Return 139****4418 as it is compared, or nothing if the text is no masked number."""
    match = _MASKED_PHONE.fullmatch(text.replace("x", "*").replace("X", "*").replace("＊", "*").replace(" ", ""))
    return f"{match[1]}*{match[2]}" if match else ""


def find_identity_obstacle(kind: IdentityKind, number: str) -> str | None:
    """
    Return why a folded number cannot be of its kind, or None.

    Source: REG-GB-11643-1999 (identity cards), REG-GB-32100-2015 (unified social credit codes).
    """
    if kind is IdentityKind.ID_CARD:
        if not _ID_CARD.fullmatch(number):
            return "an identity card has 18 characters: area, day of birth, serial and check digit"
        total = sum(int(digit) * weight for digit, weight in zip(number, _CARD_WEIGHTS, strict=False))
        return None if _CARD_CHECKS[total % 11] == number[-1] else "the check digit does not fit"
    if kind is IdentityKind.USCC:
        if len(number) != 18 or any(letter not in _CODE_ALPHABET for letter in number):
            return "a unified social credit code has 18 characters without I, O, S, V and Z"
        total = sum(_CODE_ALPHABET.index(mark) * weight for mark, weight in zip(number, _CODE_WEIGHTS, strict=False))
        return None if _CODE_ALPHABET[-total % 31] == number[-1] else "the check digit does not fit"
    return None if 5 <= len(number) <= 20 else "the number has between 5 and 20 characters"


def find_phone_obstacle(folded: str) -> str | None:
    """Return why a folded phone number cannot be called, or None."""
    if len(folded) not in _PHONE_LENGTHS:
        return "a phone number has 7 to 15 digits"
    if folded.startswith("1") and len(folded) not in {5, _MOBILE_LENGTH}:
        return "a mobile number has 11 digits"
    return None


def find_bank_account_obstacle(folded: str) -> str | None:
    """Return why a folded bank account cannot be right, or None."""
    return None if len(folded) in _BANK_LENGTHS else "a bank account has 8 to 30 digits"
