"""Happenings of the time line in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from dianke.application.listings.time_line import EventGroup
from dianke.application.listings.time_line_sources import Happening, Source
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import state_label
from dianke.interfaces.web.customers import words
from dianke.interfaces.web.people import Names

GROUPS: dict[EventGroup, Text] = {
    EventGroup.BILLS: gettext_lazy("Bills"),
    EventGroup.MONEY: gettext_lazy("Money"),
    EventGroup.COLLECTION: gettext_lazy("Dunning"),
    EventGroup.SUPPLY: pgettext_lazy("time line", "Cuts"),
    EventGroup.ORDERS: pgettext_lazy("time line", "Orders"),
    EventGroup.CONTRACTS: pgettext_lazy("time line", "Contracts"),
    EventGroup.READINGS: gettext_lazy("Readings"),
    EventGroup.EQUIPMENT: gettext_lazy("Equipment"),
    EventGroup.ARCHIVE: gettext_lazy("Archive"),
    EventGroup.DOCUMENTS: gettext_lazy("Documents"),
    EventGroup.CARE: gettext_lazy("Care"),
    EventGroup.CREDIT: pgettext_lazy("standing", "Credit"),
    EventGroup.VALUE: pgettext_lazy("customer", "Value"),
    EventGroup.TAGS: pgettext_lazy("customer", "Tags"),
    EventGroup.WATCHING: pgettext_lazy("customer", "Advice"),
    EventGroup.MESSAGES: pgettext_lazy("time line", "Messages"),
}

Facts = Mapping[str, Any]
# What happened, where it is looked at, how it is marked.
Words = tuple[str, str, str]


def register_words(words_of: Mapping[Source, Callable[[Facts], Words]]) -> None:
    """Let another folder of pages write the happenings of its sources, whose words and pages it has."""
    WORDS.update(words_of)


@dataclass(frozen=True)
class EventLine:
    """A happening as drawn: when, what, perhaps a link, who and why below it."""

    at: str
    text: str
    url: str = ""
    note: str = ""
    mark: str = ""


def describe(happenings: Iterable[Happening], *, now: datetime) -> list[EventLine]:
    """Return the happenings in words; logins become names at one go."""
    found = list(happenings)
    names = Names(_person(happening.facts) for happening in found)
    return [_describe(happening, names, now) for happening in found]


def _person(facts: Facts) -> str | None:
    return facts.get("by")


def _describe(happening: Happening, names: Names, now: datetime) -> EventLine:
    text, url, mark = WORDS[happening.source](happening.facts)
    who, why = names.of(_person(happening.facts)), happening.facts.get("reason") or ""
    at = formats.day(happening.at) if happening.is_of_a_day else formats.near_moment(happening.at, now)
    return EventLine(at=at, text=text, url=url, note=" · ".join(part for part in (who, why) if part), mark=mark)


def _bill(facts: Facts) -> Words:
    amount = {"month": _month(facts["month"]), "amount": formats.fen(facts["amount_fen"])}
    text = (
        _("Correction of %(month)s issued, %(amount)s yuan")
        if facts["corrects"]
        else _("Bill of %(month)s issued, %(amount)s yuan")
    )
    return text % amount, reverse("web:bill", args=[facts["bill"]]), "now"


def _freeze(facts: Facts) -> Words:
    meters = ngettext("%(count)d meter", "%(count)d meters", facts["meters"]) % {"count": facts["meters"]}
    text = _("Readings of %(month)s frozen, %(meters)s") % {"month": _month(facts["month"]), "meters": meters}
    return f"{text}{_(', partly estimated')}" if facts["estimated"] else text, "", ""


def _meter_up(facts: Facts) -> Words:
    names = {**facts, "multiplier": _plain(facts["multiplier"]), "before": _plain(facts["multiplier_before"])}
    if facts["meter_before"] is None:
        return _("Meter %(meter)s put up at %(point)s, multiplier %(multiplier)s") % names, "", ""
    if facts["meter_before"] == facts["meter"]:
        return _("Multiplier of meter %(meter)s from %(before)s to %(multiplier)s") % names, "", "alarm"
    return _("Meter %(meter_before)s exchanged for %(meter)s, multiplier %(multiplier)s") % names, "", "alarm"


def _meter_down(facts: Facts) -> Words:
    return _("Meter %(meter)s taken down at %(point)s") % facts, "", "alarm"


def _transformer(facts: Facts) -> Words:
    names = {
        "name": facts["name"],
        "kva": _plain(facts["capacity_kva"]),
        "state": state_label("transformer", facts["state"]),
    }
    return _("Transformer %(name)s, %(kva)s kVA: %(state)s") % names, "", ""


def _opened(facts: Facts) -> Words:
    return _("Account %(number)s opened") % facts, "", ""


def _closed(facts: Facts) -> Words:
    return _("Account %(number)s closed") % facts, "", "alarm"


def _customer_change(facts: Facts) -> Words:
    return _("Customer's record changed"), "", ""


def _account_change(facts: Facts) -> Words:
    return _("Account's record changed"), "", ""


def _place_change(facts: Facts) -> Words:
    return _("Place changed"), "", ""


def _contact_change(facts: Facts) -> Words:
    text = _("Contact %(name)s entered") if facts["label"] == "insert" else _("Contact %(name)s changed")
    return text % facts, "", ""


def _key_change(facts: Facts) -> Words:
    mark = "alarm" if facts["state"] == "PENDING" else ""
    return _("Change of %(field)s asked for") % {"field": _key_field(facts)}, "", mark


def _key_decision(facts: Facts) -> Words:
    state = state_label("key_change", facts["state"])
    return _("Change of %(field)s: %(state)s") % {"field": _key_field(facts), "state": state}, "", ""


def _merge(facts: Facts) -> Words:
    return _("Customer %(number)s %(name)s merged into this one") % facts, "", "alarm"


def _document(facts: Facts) -> Words:
    kind = words.DOCUMENT_KINDS.get(facts["kind"], facts["kind"])
    return _("Document added: %(kind)s, %(title)s") % {"kind": kind, "title": facts["title"]}, "", ""


def _key_field(facts: Facts) -> str:
    return str(words.KEY_FIELDS.get(facts["field"], facts["field"]))


def _month(text: str) -> str:
    return formats.month(date.fromisoformat(text))


def _plain(text: str | None) -> str:
    return f"{Decimal(text).normalize():,f}" if text else formats.NONE


WORDS: dict[Source, Callable[[Facts], Words]] = {
    Source.BILL: _bill,
    Source.FREEZE: _freeze,
    Source.METER_UP: _meter_up,
    Source.METER_DOWN: _meter_down,
    Source.TRANSFORMER: _transformer,
    Source.OPENED: _opened,
    Source.CLOSED: _closed,
    Source.CUSTOMER_CHANGE: _customer_change,
    Source.ACCOUNT_CHANGE: _account_change,
    Source.PLACE_CHANGE: _place_change,
    Source.CONTACT_CHANGE: _contact_change,
    Source.KEY_CHANGE: _key_change,
    Source.KEY_DECISION: _key_decision,
    Source.MERGE: _merge,
    Source.DOCUMENT: _document,
}
