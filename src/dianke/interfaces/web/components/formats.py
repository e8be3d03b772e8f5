"""
Numbers, dates and times as the pages write them.

Plain functions: views format the cells of long tables with them, templates reach them as filters
(`{% load dianke %}`). None is written as an en dash everywhere. Minus is the true sign.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.kernel.clock import to_shanghai
from dianke.kernel.money import format_yuan, round_half_up
from dianke.kernel.period import Period

NONE = "–"
MINUS = "−"

Number = int | Decimal


def fen(amount_fen: int | None) -> str:
    """Return yuan with two decimals: 123450 -> 1,234.50."""
    return NONE if amount_fen is None else format_yuan(amount_fen)


def signed_fen(amount_fen: int | None) -> str:
    """Return yuan with a sign, for changes: +1,234.50, −0.01, 0.00."""
    return NONE if amount_fen is None else _with_plus(format_yuan(amount_fen), amount_fen)


def number(value: Number | None, decimals: int = 0) -> str:
    """Return a count or quantity with thousands marks and a fixed number of decimals, rounded half up."""
    if value is None:
        return NONE
    return f"{round_half_up(Decimal(value), decimals=decimals):,f}".replace("-", MINUS)


def signed(value: Number | None, decimals: int = 0) -> str:
    """Return a number with its sign, for changes."""
    return NONE if value is None else _with_plus(number(value, decimals), value)


def kwh(energy_kwh: Number | None, decimals: int | None = None) -> str:
    """Return energy: whole kWh without decimals, else two, unless the column asks for a fixed number."""
    if energy_kwh is None:
        return NONE
    if decimals is None:
        decimals = 0 if energy_kwh == int(energy_kwh) else 2
    return number(energy_kwh, decimals)


def kwh_e2(energy_kwh_e2: int | None, decimals: int | None = None) -> str:
    """Return energy held in 1e-2 kWh."""
    return NONE if energy_kwh_e2 is None else kwh(Decimal(energy_kwh_e2).scaleb(-2), decimals)


def price(price_yuan: Decimal | None, least_decimals: int = 6) -> str:
    """Return a price in yuan: six decimals, which is how price tables print them, eight where it is finer."""
    if price_yuan is None:
        return NONE
    text = f"{round_half_up(price_yuan, decimals=8):f}"
    whole, _, decimals = text.partition(".")
    kept = decimals[:least_decimals] + decimals[least_decimals:].rstrip("0")
    return f"{whole}.{kept}".replace("-", MINUS)


def price_short(price_yuan: Decimal | None) -> str:
    """Return a small price with four decimals, more only where it is finer: 0.0200, 0.00866875."""
    return price(price_yuan, 4)


def price8(price_e8: int | None) -> str:
    """Return a price held in 1e-8 yuan."""
    return NONE if price_e8 is None else price(Decimal(price_e8).scaleb(-8))


def percent(ratio: Number | None, decimals: int = 2) -> str:
    """Return a ratio as percent: Decimal("0.874") -> 87.40%."""
    return NONE if ratio is None else f"{number(Decimal(ratio) * 100, decimals)}%"


def percent4(ratio_e4: int | None, decimals: int = 2) -> str:
    """Return a ratio held in 1e-4 as percent: -45 -> −0.45%."""
    return NONE if ratio_e4 is None else percent(Decimal(ratio_e4).scaleb(-4), decimals)


def signed_percent(ratio: Number | None, decimals: int = 1) -> str:
    """Return a change as percent with its sign: Decimal("0.031") -> +3.1%."""
    return NONE if ratio is None else _with_plus(percent(ratio, decimals), ratio)


def day(value: date | datetime | None) -> str:
    """Return 2026-11-21; a moment is told in local time."""
    return NONE if value is None else _local(value).isoformat()[:10]


def month(value: date | datetime | int | None) -> str:
    """Return 2026-11, also from a month written 202611."""
    if value is None:
        return NONE
    if isinstance(value, int):
        return f"{value // 100:04d}-{value % 100:02d}"
    return _local(value).isoformat()[:7]


def moment(value: datetime | None) -> str:
    """Return 2026-11-21 10:20 in local time."""
    return NONE if value is None else _write_moment(value)


@lru_cache(maxsize=1_000)
def _write_moment(value: datetime) -> str:
    # The bills of a run, the rows of a load: a list has few moments, and telling one costs more than remembering it.
    return to_shanghai(value).isoformat(" ", "minutes")[:16]


def near_moment(value: datetime | None, now: datetime) -> str:
    """Return a moment as short as its distance allows: 09:42 today, 02-04 12:00 this year, else in full."""
    if value is None:
        return NONE
    local, here = to_shanghai(value), to_shanghai(now)
    if local.date() == here.date():
        return local.strftime("%H:%M")
    return local.strftime("%m-%d %H:%M" if local.year == here.year else "%Y-%m-%d %H:%M")


def period(value: "Period[date] | DateRange | tuple[date, date | None] | None") -> str:
    """Return a half-open period of days as it is stored: 2026-01-01 → 2026-02-01; – for an open end."""
    if value is None:
        return NONE
    if isinstance(value, Period):
        return f"{day(value.start)} → {day(value.end)}"
    lower, upper = value if isinstance(value, tuple) else (value.lower, value.upper)
    return f"{day(lower)} → {day(upper)}"


def _local(value: date | datetime) -> date | datetime:
    return to_shanghai(value) if isinstance(value, datetime) else value


def _with_plus(text: str, value: Number) -> str:
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text
