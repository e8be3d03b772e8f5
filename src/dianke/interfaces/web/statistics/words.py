"""What dimensions and groups of the statistics are called."""

from collections.abc import Mapping
from fractions import Fraction

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.domain.billing.queries.statistics import NO_INDUSTRY_CODE
from dianke.domain.billing.types import Dimension, MonthView
from dianke.domain.customers.rules.industries import list_divisions, list_sections
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text
from dianke.kernel.money import round_fraction

# In the order of the tabs.
DIMENSIONS: dict[Dimension, Text] = {
    Dimension.USAGE_CLASS: _("By class of use"),
    Dimension.INDUSTRY: _("By industry"),
    Dimension.DIVISION: _("By division of industry"),
    Dimension.VOLTAGE: _("By voltage"),
    Dimension.UNIT: _("By unit"),
    Dimension.MONTH: _("By month"),
}

# What heads the first column of a table by each.
GROUP_WORDS: dict[Dimension, Text] = {
    Dimension.USAGE_CLASS: _("Class of use"),
    Dimension.INDUSTRY: _("Industry"),
    Dimension.DIVISION: _("Industry"),
    Dimension.VOLTAGE: _("Voltage"),
    Dimension.UNIT: _("Unit"),
    Dimension.MONTH: _("Month"),
}

VIEWS: dict[MonthView, Text] = {
    MonthView.BOOKED: _("corrections in the month of their issue"),
    MonthView.BILLED: _("corrections in the month that they bill"),
}


def name_group(by: Dimension, key: str, units: Mapping[str, str]) -> str:
    """Return what a group is called."""
    if by is Dimension.USAGE_CLASS:
        return str(billing_words.USAGE_CLASSES.get(key, key))
    if by is Dimension.VOLTAGE:
        return billing_words.format_voltage(key) if key else _now("unknown voltage")
    if by is Dimension.UNIT:
        return units.get(key, key)
    if by in {Dimension.INDUSTRY, Dimension.DIVISION}:
        return name_industry(key)
    return key


def name_industry(code: str) -> str:
    """Return a section or division of GB/T 4754 with its code: C Manufacturing."""
    if code in {"", NO_INDUSTRY_CODE}:
        return _now("no industry")
    found = list_sections().get(code) or list_divisions().get(code)
    return f"{code} {found.in_language(get_language() or '')}" if found else code


def list_industries() -> list[tuple[str, str]]:
    """Return the sections that a filter offers, and the bills without any."""
    return [*((code, name_industry(code)) for code in list_sections()), (NO_INDUSTRY_CODE, name_industry(""))]


def price_of_thousand(price: Fraction | None) -> str:
    """Return an average price in yuan for 1000 kWh."""
    return formats.NONE if price is None else formats.number(round_fraction(price * 1000, decimals=2), 2)


def signed_price_of_thousand(price: Fraction | None) -> str:
    """Return a change of an average price in yuan for 1000 kWh."""
    return formats.NONE if price is None else formats.signed(round_fraction(price * 1000, decimals=2), 2)


def price_of_one(price: Fraction | None) -> str:
    """Return an average price in yuan for 1 kWh."""
    return formats.NONE if price is None else formats.number(round_fraction(price, decimals=6), 6)


def share(part: Fraction | None) -> str:
    """Return a part of the whole as percent."""
    return formats.NONE if part is None else formats.percent(round_fraction(part, decimals=6), 2)


def growth(part: Fraction | None) -> str:
    """Return a change as percent with its sign."""
    return formats.NONE if part is None else formats.signed_percent(round_fraction(part, decimals=6), 2)


def months(first: object, last: object) -> str:
    """Return a stretch of months: 2026-01, or 2026-01 → 2026-03."""
    start, end = f"{first:%Y-%m}", f"{last:%Y-%m}"
    return start if start == end else pgettext("months", "%(first)s → %(last)s") % {"first": start, "last": end}
