"""What waits for somebody at a customer, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from dianke.application.listings.customer_alarms import Alarm, AlarmKind, list_alarms
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.customers import words
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class AlarmLine:
    """One line of the alarms: shape, words, and where something can be done."""

    kind: str
    text: str
    url: str = ""


AlarmWords = Callable[[Alarm, Customer], AlarmLine]


def register_words(kind: AlarmKind, write: AlarmWords) -> None:
    """Let another folder of pages write the alarms of a kind, whose words and pages it has."""
    _WORDS[kind] = write


def list_lines(actor: Actor, customer: Customer, account: CustomerAccount | None, today: date) -> list[AlarmLine]:
    """Return the alarms of a customer as lines."""
    alarms = list_alarms(actor=actor, customer=customer, account=account, today=today)
    return [_WORDS[alarm.kind](alarm, customer) for alarm in alarms]


def _key_change(alarm: Alarm, customer: Customer) -> AlarmLine:
    field = words.KEY_FIELDS.get(alarm.facts["field"], alarm.facts["field"])
    text = _("A change of %(field)s has waited for approval since %(day)s")
    return AlarmLine(
        "run", text % {"field": field, "day": formats.day(alarm.on)}, reverse("web:key_change", args=[alarm.key])
    )


def _duplicate(alarm: Alarm, customer: Customer) -> AlarmLine:
    numbers = {alarm.facts["one"], alarm.facts["other"]} - {customer.number}
    other = next(iter(numbers), customer.number)
    url = reverse("web:customer", kwargs={"customer_number": other})
    return AlarmLine("warn", _("Looks like customer %(number)s; merge or settle it") % {"number": other}, url)


def _mark_ends(alarm: Alarm, customer: Customer) -> AlarmLine:
    mark = words.MARKS.get(alarm.facts["kind"], alarm.facts["kind"])
    return AlarmLine("warn", _("%(mark)s ends on %(day)s") % {"mark": mark, "day": formats.day(alarm.on)})


def _check_overdue(alarm: Alarm, customer: Customer) -> AlarmLine:
    facts = {"name": alarm.facts["name"], "day": formats.day(alarm.on)}
    return AlarmLine("warn", _("%(name)s should have been checked by %(day)s") % facts)


_WORDS: dict[AlarmKind, AlarmWords] = {
    AlarmKind.KEY_CHANGE: _key_change,
    AlarmKind.DUPLICATE: _duplicate,
    AlarmKind.MARK_ENDS: _mark_ends,
    AlarmKind.CHECK_OVERDUE: _check_overdue,
}
