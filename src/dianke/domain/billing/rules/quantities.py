"""Between Decimal at the edges and the engine's integers."""

from decimal import Decimal


def to_units(value: Decimal, decimals: int) -> int:
    """Return a number in units of 10 ** -decimals; digits beyond are a bug of the caller, never cut."""
    units = value.scaleb(decimals)
    if units != units.to_integral_value():
        msg = f"{value} has more than {decimals} decimals"
        raise ValueError(msg)
    return int(units)


def text(value: Decimal) -> str:
    """Return a plain decimal text without needless zeros."""
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
