"""Decimals as integers of the scales that hold them exactly, and back."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import lcm

_SHOWN_DECIMALS = 12  # a quotient that never ends is shown so far


def decimals_of(*values: Decimal | None) -> int:
    """Return how many decimals the values need."""
    return max((_decimals(value) for value in values if value), default=0)


def to_units(value: Decimal | None, scale: int) -> int:
    """
    Return a decimal as an integer of 10 ** -scale.

    :raises ValueError: if the scale does not hold it exactly
    """
    if value is None:
        return 0
    numerator, denominator = value.as_integer_ratio()
    units, rest = divmod(numerator * int(10**scale), denominator)
    if rest:
        msg = f"{value} has more than {scale} decimals"
        raise ValueError(msg)
    return units


def round_units(value: Decimal, *, decimals: int, scale: int) -> int:
    """Return a decimal rounded half up to its decimals, in units of 10 ** -scale."""
    return round_fraction(Fraction(value), decimals=decimals) * int(10 ** (scale - decimals))


def multiplier_scale(multipliers: Iterable[Fraction]) -> tuple[int, int]:
    """Return the decimals and the common divisor that make every multiplier a whole number."""
    scale, divisor = 0, 1
    for multiplier in multipliers:
        denominator = multiplier.denominator
        twos = fives = 0
        while denominator % 2 == 0:
            denominator //= 2
            twos += 1
        while denominator % 5 == 0:
            denominator //= 5
            fives += 1
        scale, divisor = max(scale, twos, fives), lcm(divisor, denominator)
    return scale, divisor


def plain_text(units: int, scale: int, divisor: int = 1) -> str:
    """Return a number as decimal text without needless zeros."""
    value = Fraction(int(units), divisor * 10**scale)
    decimals, rest = multiplier_scale([value])
    if rest != 1:
        decimals = _SHOWN_DECIMALS
    text = fixed_text(round_fraction(value, decimals=decimals), decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def fixed_text(units: int, decimals: int) -> str:
    """Return an integer of 10 ** -decimals as decimal text with exactly so many decimals."""
    sign = "-" if units < 0 else ""
    whole, part = divmod(abs(int(units)), 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def round_fraction(value: Fraction, *, decimals: int) -> int:
    """Return a rational rounded half away from zero, in units of 10 ** -decimals."""
    scaled = abs(value) * int(10**decimals)
    size = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return -size if value < 0 else size


def _decimals(value: Decimal) -> int:
    """Decimals without needless zeros; Decimal.normalize would round to the context's precision."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return 0
    needless = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(-exponent - needless, 0)
