"""What an address asks of the pages of collection: day, unit, what the table is by; what is damaged is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from dianke.application import collection
from dianke.domain.collection.queries.ageing import AgeingBy
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_FIRST = date(2000, 1, 1)


@dataclass(frozen=True)
class Asked:
    """What is asked for, and what can be."""

    as_of: date
    unit: Unit | None
    units: Sequence[Unit]
    by: AgeingBy

    @property
    def unit_path(self) -> str:
        """Return the path of the unit asked for, or nothing for all units of the reader."""
        return self.unit.path if self.unit else ""

    def encode(self, **others: str) -> str:
        """Return what is asked for as the tail of an address, with other parts set."""
        parts = {
            "on": self.as_of.isoformat(),
            "unit": self.unit.code if self.unit else "",
            "by": "" if self.by is AgeingBy.UNIT else self.by.value,
            **others,
        }
        return urlencode({key: value for key, value in parts.items() if value})

    def open_debts(self, **others: str) -> str:
        """Return the address of the debts behind a figure."""
        return f"{reverse('web:collection_debts')}?{self.encode(**{'by': '', **others})}"

    def describe(self) -> str:
        """Return what is asked for in words, for exports."""
        return " ".join([self.as_of.isoformat(), self.unit.name if self.unit else ""]).strip()


def read_address(request: StaffRequest) -> Asked:
    """Return what the address asks for: today, all units, by unit where nothing is said."""
    today = SystemClock().now().date()
    units = [one for one in org.list_units(actor=request.actor) if request.actor.may(collection.VIEW, one.path)]
    try:
        as_of = date.fromisoformat(str(request.GET.get("on") or ""))
    except ValueError:
        as_of = today
    by = str(request.GET.get("by", ""))
    return Asked(
        as_of=as_of if _FIRST <= as_of <= today else today,
        unit=next((one for one in units if one.code == request.GET.get("unit")), None),
        units=units,
        by=AgeingBy(by) if by in set(AgeingBy) else AgeingBy.UNIT,
    )
