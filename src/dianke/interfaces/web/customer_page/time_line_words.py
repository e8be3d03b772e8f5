"""Happenings of orders, contracts, money, dunning, supply, standing and care in words."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dianke.application.listings.time_line_sources import Source
from dianke.domain.receivables.types import name_payment
from dianke.interfaces.web.agreements import words as agreement_words
from dianke.interfaces.web.care import words as care_words
from dianke.interfaces.web.claims import words as claim_words
from dianke.interfaces.web.collection import words as collection_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.states import state_label
from dianke.interfaces.web.contracts import words as contract_words
from dianke.interfaces.web.credit import words as credit_words
from dianke.interfaces.web.customers.time_line_words import Facts, Words, register_words
from dianke.interfaces.web.fee_control import words as control_words
from dianke.interfaces.web.outbox import words as outbox_words
from dianke.interfaces.web.payments import words as payment_words
from dianke.interfaces.web.profiles import tag_names
from dianke.interfaces.web.service_orders import words as order_words
from dianke.interfaces.web.valuation import words as value_words
from dianke.interfaces.web.watching import words as watching_words

_BAD_STEPS = frozenset({"REFUSED", "DISPUTED"})


def _order_step(facts: Facts) -> Words:
    names = {
        "order": order_words.kind_of(facts["kind"]),
        "step": order_words.step_of(facts["process"], facts["step"]),
        "outcome": order_words.outcome_of(facts["outcome"]) if facts["outcome"] else "",
    }
    text = _("%(order)s: %(step)s, %(outcome)s") if names["outcome"] else _("%(order)s: %(step)s")
    return text % names, _open_order(facts), "alarm" if facts["outcome"] == "UNDONE" else ""


def _order_note(facts: Facts) -> Words:
    names = {"order": order_words.kind_of(facts["kind"]), "step": order_words.ACTS.get(facts["act"], facts["act"])}
    return _("%(order)s: %(step)s") % names, _open_order(facts), "now" if facts["act"] == "ACCEPTED" else ""


def _open_order(facts: Facts) -> str:
    return reverse("web:service_order", args=[facts["order"]])


def _contract_decided(facts: Facts) -> Words:
    # What was agreed moved on since; refused it stays as it is.
    if facts["state"] == "REFUSED":
        return _contract(facts, pgettext("time line", "not approved"), "alarm")
    return _contract(facts, pgettext("time line", "approved"), "")


def _contract_signed(facts: Facts) -> Words:
    return _contract(facts, state_label("contracts.version", "SIGNED"), "now")


def _contract_filed(facts: Facts) -> Words:
    return _contract(facts, state_label("contracts.version", "FILED"), "")


def _contract(facts: Facts, state: Any, mark: str) -> Words:
    names = {
        "kind": contract_words.KINDS[facts["kind"]],
        "number": f"HT-{facts['contract']:08d}/{facts['number']}",
        "state": state,
    }
    text = _("Supply contract %(number)s (%(kind)s): %(state)s") % names
    return text, reverse("web:contract", args=[facts["version"]]), mark


def _payment(facts: Facts) -> Words:
    names = {"amount": formats.fen(facts["amount_fen"]), "channel": payment_words.CHANNELS[facts["channel"]]}
    text = _("Payment of %(amount)s yuan, %(channel)s") % names
    return text, _open_payment(facts), "now"


def _payment_change(facts: Facts) -> Words:
    names = {"amount": formats.fen(facts["amount_fen"]), "change": payment_words.EVENTS[facts["kind"]]}
    text = _("Payment of %(amount)s yuan: %(change)s") % names
    return text, _open_payment(facts), "alarm" if facts["kind"] == "REVERSED" else ""


def _open_payment(facts: Facts) -> str:
    return reverse("web:payment", args=[name_payment(int(facts["payment"]))])


def _claim(facts: Facts) -> Words:
    what = claim_words.KINDS[facts["kind"]]
    return _amount(facts, what, state_label("claim", facts["state"]), reverse("web:claim", args=[facts["claim"]]))


def _agreement(facts: Facts) -> Words:
    what, state = pgettext("time line", "Instalments"), state_label("agreement", facts["state"])
    text, url, _mark = _amount(facts, what, state, reverse("web:agreement", args=[facts["agreement"]]))
    return text, url, "alarm" if facts["state"] == "BROKEN" else ""


def _guarantee(facts: Facts) -> Words:
    what = agreement_words.GUARANTEE_KINDS[facts["kind"]]
    state = state_label("guarantee", facts["state"])
    return _amount(facts, what, state, reverse("web:guarantee", args=[facts["guarantee"]]))


def _amount(facts: Facts, what: Any, state: Any, url: str) -> Words:
    names = {"what": what, "amount": formats.fen(facts["amount_fen"]), "state": state}
    return _("%(what)s, %(amount)s yuan: %(state)s") % names, url, ""


def _dunning_step(facts: Facts) -> Words:
    result, state = facts["result"], state_label("collection.step", facts["state"])
    names = {
        "kind": collection_words.KINDS[facts["kind"]],
        "amount": formats.fen(facts["overdue_fen"]),
        "state": collection_words.RESULTS[result] if result else state,
    }
    text = _("Dunning, %(kind)s, %(amount)s yuan overdue: %(state)s") % names
    return text, reverse("web:dunning_step", args=[facts["step"]]), "alarm" if result in _BAD_STEPS else ""


def _supply_proposed(facts: Facts) -> Words:
    kind, cause = control_words.ORDER_KINDS[facts["kind"]], control_words.CAUSES[facts["cause"]]
    text = _("%(kind)s proposed: %(cause)s") % {"kind": kind, "cause": cause}
    return text, reverse("web:supply_order", args=[facts["order"]]), ""


def _supply_done(facts: Facts) -> Words:
    state = state_label("fee_control.order", facts["state"])
    text = f"{control_words.ORDER_KINDS[facts['kind']]}: {state}"
    return text, reverse("web:supply_order", args=[facts["order"]]), "alarm"


def _message(facts: Facts) -> Words:
    names = {
        "channel": outbox_words.CHANNELS.get(facts["channel"], facts["channel"]),
        "purpose": outbox_words.PURPOSES.get(facts["purpose"], facts["purpose"]),
        "state": state_label("outbox.message", facts["state"]),
    }
    mark = "alarm" if facts["state"] == "FAILED" else ""
    text = _("Message by %(channel)s, %(purpose)s: %(state)s") % names
    return text, reverse("web:message", args=[facts["message"]]), mark


def _visit(facts: Facts) -> Words:
    text = _("Visited: %(purpose)s") % {"purpose": care_words.PURPOSES[facts["purpose"]]}
    return text, reverse("web:care_visit", args=[facts["visit"]]), ""


def _care_record(facts: Facts) -> Words:
    return str(care_words.CARES[facts["kind"]]), "", ""


def _fact(facts: Facts) -> Words:
    return str(credit_words.FACTS[facts["type"]]), reverse("web:credit_fact", args=[facts["fact"]]), ""


def _grade(facts: Facts) -> Words:
    fell = facts["steps"] < 0
    text = _("Credit fell from %(before)s to %(now)s") if fell else _("Credit rose from %(before)s to %(now)s")
    return text % {"before": facts["before"], "now": facts["grade"]}, "", "alarm" if fell else "now"


def _value_class(facts: Facts) -> Words:
    before = value_words.CLASSES.get(facts["before"], formats.NONE)
    names = {"before": before, "now": value_words.CLASSES[facts["value_class"]]}
    return _("Value class from %(before)s to %(now)s") % names, "", "now"


def _watched(facts: Facts) -> Words:
    names = {"list": watching_words.LISTS[facts["watch_list"]], "state": state_label("watching.entry", facts["state"])}
    text = _("On the watch list %(list)s: %(state)s") % names
    return text, reverse("web:watching_entry", args=[facts["entry"]]), "alarm"


def _tag_ended(facts: Facts) -> Words:
    names = {
        "tag": tag_names.name_held(facts["slot"], facts["value"]),
        "since": formats.day(date.fromisoformat(facts["since"])),
    }
    return _("Tag “%(tag)s” ended, held since %(since)s") % names, "", ""


_WORDS: Mapping[Source, Callable[[Facts], Words]] = {
    Source.ORDER_STEP: _order_step,
    Source.ORDER_NOTE: _order_note,
    Source.CONTRACT_DECIDED: _contract_decided,
    Source.CONTRACT_SIGNED: _contract_signed,
    Source.CONTRACT_FILED: _contract_filed,
    Source.PAYMENT: _payment,
    Source.PAYMENT_CHANGE: _payment_change,
    Source.CLAIM: _claim,
    Source.AGREEMENT: _agreement,
    Source.GUARANTEE: _guarantee,
    Source.DUNNING_STEP: _dunning_step,
    Source.DUNNING_MESSAGE: _message,
    Source.CONTROL_MESSAGE: _message,
    Source.GRADE_MESSAGE: _message,
    Source.SUPPLY_PROPOSED: _supply_proposed,
    Source.SUPPLY_DONE: _supply_done,
    Source.VISIT: _visit,
    Source.CARE_RECORD: _care_record,
    Source.FACT: _fact,
    Source.GRADE: _grade,
    Source.VALUE_CLASS: _value_class,
    Source.WATCHED: _watched,
    Source.TAG_ENDED: _tag_ended,
}

register_words(_WORDS)
