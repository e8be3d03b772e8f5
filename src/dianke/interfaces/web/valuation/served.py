"""How a customer is served by the table in force, as counters and orders show it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import valuation
from dianke.domain.customers.models import Customer
from dianke.domain.valuation.queries.serving import Approval, Served, find_approval, read_served
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.valuation import words
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_ARCHIVE = "archive.view"
_GRADES = {"C": "warn", "D": "bad"}


@dataclass(frozen=True)
class ServedStrip:
    """What a page says of how a customer is served."""

    chips: list[Chip]
    facts: dict[Text, Any]
    table: str
    table_url: str
    has_class: bool


def draw_served(
    *, actor: Actor, customer: Customer, on: date, unit: Unit | None = None, right: str = ""
) -> ServedStrip | None:
    """
    Return how a customer is served, None to who may not see the customer in the archive.

    :param unit: of the order that needs an approval, with the right that approves it
    """
    if not actor.may(_ARCHIVE, customer.unit.path):
        return None
    served = read_served(actor=actor, customer=customer, on=on)
    approval = find_approval(service=served.service, unit=unit, right=right, on=on) if unit else None
    sees_table = actor.may(valuation.VIEW)
    return ServedStrip(
        chips=_list_chips(served),
        facts=_list_facts(served, approval),
        table=served.service.table,
        table_url=reverse("web:value_service") if sees_table else "",
        has_class=bool(served.value_class),
    )


def draw_served_order(actor: Actor, customer: Customer, *, right: str) -> dict[str, ServedStrip | None]:
    """Return for the page of an order how its customer is served today, and who approves by a right."""
    found = draw_served(actor=actor, customer=customer, on=timezone.localdate(), unit=customer.unit, right=right)
    return {"served": found}


def write_approval(approval: Approval) -> str:
    """Return who decides, by level and by name."""
    level = str(words.APPROVALS[approval.path.value])
    people = "、".join(sorted(approval.people.values())) or _now("nobody holds the right there")
    return _now("%(level)s, %(unit)s: %(people)s") % {"level": level, "unit": approval.unit.name, "people": people}


def _list_chips(served: Served) -> list[Chip]:
    chips = [words.draw_class(served.value_class)] if served.value_class else []
    if served.credit_grade:
        label = _now("Credit %(grade)s") % {"grade": served.credit_grade}
        chips.append(Chip(_GRADES.get(served.credit_grade, "fact"), label))
    if served.goes_first:
        chips.append(Chip("run", _("goes before the queue")))
    return chips


def _list_facts(served: Served, approval: Approval | None) -> dict[Text, Any]:
    service = served.service
    facts: dict[Text, Any] = {
        words.SERVICE_NAMES["queue_place"]: _now("%(place)s of %(places)s")
        % {"place": service.queue_place, "places": served.places},
    }
    if served.manager:
        facts[_("Account manager")] = " ".join(filter(None, [served.manager, served.manager_phone]))
    elif served.lacks_manager:
        facts[_("Account manager")] = _now("none named yet, though the class has one")
    facts[words.SERVICE_NAMES["call_back_minutes"]] = formats.number(service.call_back_minutes)
    facts[words.SERVICE_NAMES["channel"]] = words.CHANNELS[service.channel.value]
    if service.offers:
        facts[pgettext_lazy("service", "Offers")] = service.offers
    if approval is not None:
        facts[_("Who approves")] = write_approval(approval)
    return facts
