"""What an address asks of the reports: month, unit, level; what is damaged or out of reach counts as not asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from dianke.application import ledger
from dianke.domain.billing.queries.bills import MonthUnreadable, get_month
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.rules.periods import start_of_month
from dianke.domain.receivables.types import MOST_LEVELS, UNIFIED_LEVELS
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_MONTHS_SHOWN = 60


@dataclass(frozen=True)
class Asked:
    """What is asked for, and what can be."""

    month: date
    months: Sequence[date]
    unit: Unit | None
    units: Sequence[Unit]
    level: int

    @property
    def unit_path(self) -> str:
        """Return the path of the unit asked for, or nothing for all units of the reader."""
        return self.unit.path if self.unit else ""

    @property
    def levels(self) -> range:
        """Return the levels that can be asked for."""
        return range(1, MOST_LEVELS + 1)

    def encode(self) -> str:
        """Return what is asked for as the tail of an address."""
        parts = {"month": f"{self.month:%Y-%m}", "unit": self.unit.code if self.unit else "", "level": str(self.level)}
        return urlencode({key: value for key, value in parts.items() if value})

    def describe(self) -> str:
        """Return what is asked for in words, for exports."""
        return " ".join([f"{self.month:%Y-%m}", self.unit.name if self.unit else ""]).strip()

    def open(self, code: str, *, part: str, usage_class: str = "", year: int = 0, unit_code: str = "") -> str:
        """
        Return the address of the postings behind a figure of an account.

        :param part: opening, debit, credit or closing
        """
        month = f"{self.month:%Y-%m}"
        before = f"{_previous(self.month):%Y-%m}"
        asked = {
            "account": code,
            "unit": unit_code or (self.unit.code if self.unit else ""),
            "month": month if part in {"debit", "credit"} else "",
            "until": {"opening": before, "closing": month}.get(part, ""),
            "side": part.upper() if part in {"debit", "credit"} else "",
            "class": usage_class,
            "year": str(year or ""),
        }
        return f"{reverse('web:ledger_postings')}?{urlencode({key: value for key, value in asked.items() if value})}"


def read_address(request: StaffRequest) -> Asked:
    """Return what the address asks for: without a month the last one with postings, the unified levels, all units."""
    actor = request.actor
    units = [unit for unit in org.list_units(actor=actor) if actor.may(ledger.VIEW, unit.path)]
    known = books.find_month_range(actor=actor)
    today = start_of_month(SystemClock().now().date())
    first, last = known or (today, today)
    try:
        month = get_month(str(request.GET.get("month") or ""))
    except MonthUnreadable:
        month = last
    level = str(request.GET.get("level", ""))
    return Asked(
        month=month,
        months=_list_months(min(first, month), max(last, month, today)),
        unit=next((unit for unit in units if unit.code == request.GET.get("unit")), None),
        units=units,
        level=int(level) if level in set("123456") else UNIFIED_LEVELS,
    )


def _previous(month: date) -> date:
    return start_of_month(date.fromordinal(month.toordinal() - 1))


def _list_months(first: date, last: date) -> list[date]:
    months = [last]
    while months[-1] > first and len(months) < _MONTHS_SHOWN:
        months.append(_previous(months[-1]))
    return months
