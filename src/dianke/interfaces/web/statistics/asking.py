"""What an address asks of the statistics; what is damaged or out of reach counts as not asked, units excepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dianke.application import statistics as use_cases
from dianke.application.statistics import Periods
from dianke.domain.billing.queries import statistics as queries
from dianke.domain.billing.queries.bills import MonthUnreadable, get_month
from dianke.domain.billing.queries.statistics import StatisticsFilter
from dianke.domain.billing.rules.statistics import list_months, shift_month
from dianke.domain.billing.types import Dimension, MonthView
from dianke.domain.customers.rules.industries import list_divisions
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.list_body import draw_options
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.statistics import words
from dianke.platform.org.models import Unit

# What the accounts behind a change are asked for by, beside the dimensions.
ACCOUNTS = "accounts"
_FILTERS = ("unit", "class", "industry", "voltage")
MonthPair = tuple[date, date]


@dataclass(frozen=True)
class Asked:
    """What is asked for; `before` is the other period of a comparison."""

    url_name: str
    by: str
    view: MonthView
    period: MonthPair
    before: MonthPair
    known: MonthPair
    values: Mapping[str, str]
    narrowed: StatisticsFilter
    units: Sequence[Unit] = field(default=())
    voltages: Sequence[str] = field(default=())

    @property
    def dimension(self) -> Dimension:
        """Return the dimension that is asked for; accounts stand below the class."""
        return Dimension(self.by) if self.by != ACCOUNTS else Dimension.USAGE_CLASS

    @property
    def periods(self) -> Periods:
        """Return the two periods."""
        return Periods(before=self.before, after=self.period)

    @property
    def unit_names(self) -> dict[str, str]:
        """Return the names of the reader's units by code."""
        return {unit.code: unit.name for unit in self.units}

    @property
    def is_comparison(self) -> bool:
        """Tell whether two periods are asked for."""
        return self.url_name == "web:period_comparison"

    @property
    def is_short(self) -> bool:
        """Tell whether both periods are so short that the bills behind them can be read."""
        return all(len(list_months(*pair)) <= use_cases.ACCOUNT_MONTHS for pair in (self.before, self.period))

    def parts(self) -> dict[str, str]:
        """Return everything asked for as parameters of an address."""
        parts = {"from": f"{self.period[0]:%Y-%m}", "to": f"{self.period[1]:%Y-%m}"}
        if self.is_comparison:
            parts |= {"before_from": f"{self.before[0]:%Y-%m}", "before_to": f"{self.before[1]:%Y-%m}"}
        return {**parts, "by": self.by, "view": self.view.value, **self.values}

    def encode(self, **changes: str) -> str:
        """Return the address tail with some parameters changed; an empty one is left out."""
        return urlencode({key: value for key, value in {**self.parts(), **changes}.items() if value})

    def address(self, **changes: str) -> str:
        """Return the address of the same page with some parameters changed."""
        return f"{reverse(self.url_name)}?{self.encode(**changes)}"

    def describe(self) -> str:
        """Return in words what is asked for, for exports and prints."""
        parts = [words.months(*self.period)]
        if self.is_comparison:
            parts.insert(0, f"{words.months(*self.before)} / {parts.pop()}")
        parts += [f"{one.label}: {one.current}" for one in self.list_filters() if one.current]
        return "; ".join(str(part) for part in parts)

    def list_filters(self) -> "list[DrawnChoice]":
        """Return the filters as chips that open their choices."""
        units = [(unit.code, unit.name) for unit in self.units]
        industries = words.list_industries()
        own = self.values.get("industry", "")
        if own in list_divisions():
            industries = [(own, words.name_industry(own)), *industries]
        voltages = [(one, billing_words.format_voltage(one)) for one in self.voltages]
        return [
            self._draw("unit", _("Unit"), units if len(units) > 1 else []),
            self._draw("class", _("Class of use"), list(billing_words.USAGE_CLASSES.items())),
            self._draw("industry", _("Industry"), industries),
            self._draw("voltage", _("Voltage"), voltages),
        ]

    def _draw(self, key: str, label: str, choices: Sequence[tuple[str, Text]]) -> "DrawnChoice":
        chosen = self.values.get(key, "")
        chips = [FilterChip(word, self.address(**{key: code}), active=code == chosen) for code, word in choices]
        current = next((str(word) for code, word in choices if chosen and code == chosen), "")
        return DrawnChoice(label, current, self.address(**{key: ""}), draw_options(chips) if chips else "")


@dataclass(frozen=True)
class DrawnChoice:
    """A filter as a chip."""

    label: Text
    current: str
    clear_url: str
    options: Text


def read_address(request: StaffRequest, *, url_name: str) -> Asked | None:
    """
    Return what the address asks for, or None where the reader's units were never billed.

    :raises Http404: for a unit that the reader may not see
    """
    given = {key: str(request.GET[key])[:24] for key in request.GET}
    view = MonthView(given["view"]) if given.get("view") in set(MonthView) else MonthView.BOOKED
    known = queries.find_month_range(actor=request.actor, view=view)
    if known is None:
        return None
    is_comparison = url_name == "web:period_comparison"
    dimensions = {one.value for one in Dimension} | ({ACCOUNTS} if is_comparison else set())
    period = _read_pair(given, "from", "to") or _find_period(request, view, known)
    voltages = queries.list_voltages(actor=request.actor, view=view, first=period[0], last=period[1])
    values = {key: given[key] for key in _FILTERS if given.get(key) and _is_known(key, given[key], voltages)}
    asked = Asked(
        url_name=url_name,
        by=given["by"] if given.get("by") in dimensions else Dimension.USAGE_CLASS.value,
        view=view,
        period=period,
        before=_read_pair(given, "before_from", "before_to") or _find_before(period, known),
        known=known,
        values=values,
        narrowed=StatisticsFilter(
            usage_class=values.get("class", ""),
            industry=values.get("industry", ""),
            voltage=values.get("voltage", ""),
        ),
        units=use_cases.list_units(actor=request.actor),
        voltages=voltages,
    )
    return _narrow_to_unit(request, asked)


def _narrow_to_unit(request: StaffRequest, asked: Asked) -> Asked:
    code = asked.values.get("unit", "")
    if not code:
        return asked
    unit = next((one for one in asked.units if one.code == code), None)
    if unit is None:
        raise Http404
    return replace(asked, narrowed=replace(asked.narrowed, unit_path=unit.path))


def _is_known(key: str, value: str, voltages: Sequence[str]) -> bool:
    if key == "unit":
        # Not left out where it is unknown: the figures of all units would stand where one was asked for.
        return True
    if key == "class":
        return value in billing_words.USAGE_CLASSES
    if key == "voltage":
        return value in voltages
    return value in list_divisions() or value in dict(words.list_industries())


def _read_pair(given: Mapping[str, str], first: str, last: str) -> MonthPair | None:
    try:
        start = get_month(given.get(first) or given.get(last) or "")
        end = get_month(given.get(last) or given.get(first) or "")
    except MonthUnreadable:
        return None
    pair = (start, end) if start <= end else (end, start)
    if not use_cases.FIRST_YEAR <= pair[0].year <= pair[1].year <= use_cases.LAST_YEAR:
        return None
    return pair if len(list_months(*pair)) <= use_cases.MOST_MONTHS else None


def _find_period(request: StaffRequest, view: MonthView, known: MonthPair) -> MonthPair:
    month = queries.find_usual_month(actor=request.actor, view=view) or known[1]
    month = min(max(month, known[0]), known[1])
    return month, month


def _find_before(period: MonthPair, known: MonthPair) -> MonthPair:
    """Return the same months a year before where the bills reach back so far, else the months just before."""
    back = 12 if shift_month(period[0], -12) >= known[0] else len(list_months(*period))
    return shift_month(period[0], -back), shift_month(period[1], -back)


def list_quick_periods(asked: Asked) -> list[FilterChip]:
    """Return stretches of months that are asked for often: the last month, the year so far, twelve months."""
    last = asked.known[1]
    pairs = [
        (_("Last month billed"), (last, last)),
        (_("This year"), (date(last.year, 1, 1), last)),
        (pgettext("months", "12 months"), (shift_month(last, -11), last)),
        (pgettext("months", "24 months"), (shift_month(last, -23), last)),
    ]
    return [
        FilterChip(
            label,
            asked.address(**{"from": f"{first:%Y-%m}", "to": f"{end:%Y-%m}"}),
            active=(first, end) == asked.period,
        )
        for label, (first, end) in pairs
    ]
