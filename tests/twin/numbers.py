"""Exact fractions, half up once, decimal text in and out."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import isqrt
from typing import Any


class Refused(Exception):
    """A case that must not be priced; `field` says what is wrong with it."""

    def __init__(self, code: str, field: str, message: str = "") -> None:
        self.code = code
        self.field = field
        self.message = message or code
        super().__init__(f"{code}: {field}")


def number(value: Any, field: str) -> Fraction:
    """Read a decimal string, or an integer; a float has already lost what was meant."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Refused("not_a_number", field)
    try:
        read = Decimal(value)
    except InvalidOperation:
        raise Refused("not_a_number", field) from None
    if not read.is_finite():
        raise Refused("not_a_number", field)
    return Fraction(read)


def non_negative(value: Any, field: str) -> Fraction:
    """Read a number that must not be below zero."""
    read = number(value, field)
    if read < 0:
        raise Refused("negative", field)
    return read


def half_up(value: Fraction, decimals: int) -> Fraction:
    """Round half away from zero: -0.005 to two decimals is -0.01."""
    scale = 10**decimals
    size = (abs(value) * scale * 2 + 1) // 2
    return Fraction(size if value >= 0 else -size, scale)


def cosine(active: Fraction, reactive: Fraction, decimals: int) -> Fraction:
    """
    Return active / sqrt(active^2 + reactive^2), half up, without an inexact root.

    n is the answer in last places if n - 1/2 <= scale * cosine; both sides are squared.
    """
    scale = 10**decimals
    square = (active * scale) ** 2 / (active**2 + reactive**2)
    n = isqrt(square.numerator // square.denominator)
    if (n + Fraction(1, 2)) ** 2 <= square:
        n += 1
    return Fraction(n, scale)


def text(value: Fraction, decimals: int | None = None) -> str:
    """Write a number plainly; with `decimals` padded, else as long as it is (at most twelve decimals)."""
    places = 12 if decimals is None else decimals
    units = int(half_up(value, places) * 10**places)
    digits = f"{abs(units):0{places + 1}d}"
    shown = ("-" if units < 0 else "") + digits[: len(digits) - places]
    after = digits[len(digits) - places :]
    if decimals is None:
        after = after.rstrip("0")
    return f"{shown}.{after}" if after else shown
