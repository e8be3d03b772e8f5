"""On what an act worked: the arguments of a use case and the facts of a log-in, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application.imports.tables import TABLES
from dianke.application.trail.masking import HIDDEN
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.collection import words as collection_words
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.imports import words as import_words
from dianke.interfaces.web.invoices import words as invoice_words
from dianke.interfaces.web.outbox import words as outbox_words
from dianke.interfaces.web.payments import payer_words
from dianke.interfaces.web.payments import words as payment_words
from dianke.interfaces.web.trail.field_words import FIELDS
from dianke.interfaces.web.trail.value_words import VALUES_OF_TABLE

_LONGEST = 120

# What a fact is called where it is no field of a table.
_FACTS: dict[str, Text] = {
    "absent_login": pgettext_lazy("fact", "absent"),
    "alarm_id": pgettext_lazy("fact", "alarm"),
    "asset_number": pgettext_lazy("fact", "meter"),
    "assignment_id": pgettext_lazy("fact", "post held"),
    "bank_code": pgettext_lazy("fact", "bank"),
    "batch": pgettext_lazy("fact", "batch"),
    "batch_id": pgettext_lazy("fact", "batch"),
    "batch_number": pgettext_lazy("fact", "batch"),
    "cause": pgettext_lazy("fact", "cause"),
    "claim_id": pgettext_lazy("fact", "claim"),
    "columns": pgettext_lazy("fact", "columns"),
    "counted_by": pgettext_lazy("fact", "counted by"),
    "customer_number": pgettext_lazy("fact", "customer"),
    "cycle_code": pgettext_lazy("fact", "reading cycle"),
    "deputy_login": pgettext_lazy("fact", "deputy"),
    "deputyship_id": pgettext_lazy("fact", "deputyship"),
    "expected_hash": pgettext_lazy("fact", "expected hash"),
    "finding_id": pgettext_lazy("fact", "finding"),
    "first": pgettext_lazy("fact", "from no."),
    "form": pgettext_lazy("fact", "form"),
    "giver": pgettext_lazy("fact", "handed over by"),
    "integer_digits": pgettext_lazy("fact", "digits"),
    "interlock_group": pgettext_lazy("fact", "interlock group"),
    "is_cut": pgettext_lazy("fact", "cut"),
    "is_granted": pgettext_lazy("fact", "granted"),
    "keep_good": pgettext_lazy("fact", "good rows alone"),
    "key": pgettext_lazy("fact", "no."),
    "last": pgettext_lazy("fact", "to no."),
    "model": pgettext_lazy("fact", "model"),
    "only": pgettext_lazy("fact", "session"),
    "page": pgettext_lazy("fact", "list"),
    "parent_code": pgettext_lazy("fact", "parent unit"),
    "post_code": pgettext_lazy("fact", "post"),
    "promise_fen": pgettext_lazy("fact", "promised (fen)"),
    "query": pgettext_lazy("fact", "filters"),
    "reference": pgettext_lazy("fact", "thing"),
    "remark": pgettext_lazy("fact", "remark"),
    "rolled_over": pgettext_lazy("fact", "register rolled over"),
    "route_code": pgettext_lazy("fact", "reading route"),
    "row_count": pgettext_lazy("fact", "rows"),
    "rules_run": pgettext_lazy("fact", "rules"),
    "shard_number": pgettext_lazy("fact", "shard"),
    "shift_number": pgettext_lazy("fact", "shift"),
    "slip_number": pgettext_lazy("fact", "slip"),
    "drawer": pgettext_lazy("fact", "drawer"),
    "terminal": pgettext_lazy("fact", "card terminal"),
    "source": pgettext_lazy("fact", "source"),
    "summary": pgettext_lazy("fact", "summary"),
    "table": pgettext_lazy("fact", "table"),
    "taker": pgettext_lazy("fact", "handed over to"),
    "tender": pgettext_lazy("fact", "tender"),
    "tendered_fen": pgettext_lazy("fact", "cash handed over (fen)"),
    "terms_id": pgettext_lazy("fact", "terms of payment"),
    "token_id": pgettext_lazy("fact", "token"),
    "unit_code": pgettext_lazy("fact", "unit"),
    "until": pgettext_lazy("fact", "until"),
    "version_id": pgettext_lazy("fact", "tariff version"),
    "voltage": pgettext_lazy("fact", "voltage"),
}
# Why a log-in was refused, and what its failures were counted by.
_CAUSES: dict[str, Text] = {
    "password": pgettext_lazy("log-in", "password"),
    "one_time_code": pgettext_lazy("log-in", "code of the authenticator"),
    "own_password": pgettext_lazy("log-in", "own password"),
}
_COUNTED: dict[str, Text] = {"LOGIN": pgettext_lazy("log-in", "login"), "ADDRESS": pgettext_lazy("log-in", "address")}
_CHANNELS = {**outbox_words.CHANNELS, **payment_words.CHANNELS}
_KINDS = {**payer_words.KINDS, **collection_words.WRITE_OFF_KINDS, **collection_words.PAUSES, **invoice_words.KINDS}
_LAYOUTS = VALUES_OF_TABLE["channels.bank", "layout"]
_SPREADS = VALUES_OF_TABLE["receivables.payer", "spread"]
# Only how the work was cut up: nobody asks for it.
_LEFT_OUT = {"size_limit", "shard_size", "limit", "serial"}
_VALUES: dict[str, Callable[[str], Text]] = {
    "cause": lambda code: _CAUSES.get(code, code),
    "channel": lambda code: _CHANNELS.get(code, code),
    "code": lambda code: billing_words.FAULTS.get(code, code),
    "counted_by": lambda code: _COUNTED.get(code, code),
    "kind": lambda code: _KINDS.get(code, code),
    "layout": lambda code: _LAYOUTS.get(code, code),
    "result": lambda code: collection_words.RESULTS.get(code, code),
    "spread": lambda code: _SPREADS.get(code, code),
    "table": lambda table: import_words.name_table(table) if table in TABLES else table,
    "tender": lambda code: payment_words.TENDERS.get(code, code),
}


def write_facts(facts: Mapping[str, Any]) -> str:
    """Return the facts of an act as words, cut where a cell ends."""
    told = {key: value for key, value in facts.items() if key not in _LEFT_OUT and value != ""}
    text = _now("; ").join(f"{_name(key)} {_write(key, value)}" for key, value in told.items())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _name(key: str) -> Text:
    return _FACTS.get(key) or FIELDS.get(key, key)


def _write(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, str) and key in _VALUES and value != HIDDEN:
        return str(_VALUES[key](value))
    return "–" if value is None else str(value)
