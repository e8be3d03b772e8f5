"""What service orders call things."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.functional import lazy
from django.utils.translation import gettext as _now
from django.utils.translation import pgettext_lazy

from dianke.application.service_orders.notices import HELD
from dianke.domain.service_orders.models import OrderAct, OrderResult, PaperState
from dianke.domain.service_orders.operations.accepting import PROCESSES
from dianke.domain.service_orders.processes import library
from dianke.domain.service_orders.queries import clocks
from dianke.domain.service_orders.rules import energising, plan_drafts, plans
from dianke.domain.service_orders.rules.case import REMEDIES
from dianke.domain.service_orders.rules.catalog import (
    list_materials,
    load_kinds,
    load_paper_titles,
    load_step_titles,
)
from dianke.domain.service_orders.rules.escalation import Level
from dianke.domain.service_orders.rules.notices import OrderNotice
from dianke.domain.service_orders.rules.promise_sets import load_promise_book
from dianke.domain.service_orders.types import OrderKind, PauseReason, Refusal, SpellKind
from dianke.interfaces.web.components.drawings import name_of, reads_english
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.outbox.words import CHANNELS
from dianke.interfaces.web.processes.words import OUTCOMES
from dianke.platform.processes.types import Node, RunStatus


def _title(kind: str) -> str:
    one = load_kinds()[OrderKind(kind)]
    return one.en if reads_english() else one.zh


_lazy_title = lazy(_title, str)
# Every kind there is, as the rules call it; KINDS are those that are worked on here.
ALL_KINDS: dict[str, Text] = {kind.value: _lazy_title(kind.value) for kind in OrderKind}
KINDS: dict[str, Text] = {kind.value: ALL_KINDS[kind.value] for kind in PROCESSES}
RESULTS: dict[str, Text] = {
    OrderResult.ARCHIVED.value: pgettext_lazy("service order", "Archived"),
    OrderResult.REFUSED.value: pgettext_lazy("service order", "Refused"),
    OrderResult.CANCELLED.value: pgettext_lazy("service order", "Cancelled"),
}
PAUSES: dict[str, Text] = {
    PauseReason.CUSTOMER_PAPERS.value: pgettext_lazy("pause", "Papers of the customer"),
    PauseReason.CUSTOMER_DESIGN.value: pgettext_lazy("pause", "Design by the customer"),
    PauseReason.CUSTOMER_WORKS.value: pgettext_lazy("pause", "Works of the customer"),
    PauseReason.CUSTOMER_PAYMENT.value: pgettext_lazy("pause", "Payment by the customer"),
}
ACTS: dict[str, Text] = {
    OrderAct.ACCEPTED.value: pgettext_lazy("order act", "Accepted"),
    OrderAct.TAKEN.value: pgettext_lazy("order act", "Handed to"),
    OrderAct.COMPLETED.value: pgettext_lazy("order act", "Step done"),
    OrderAct.SENT_BACK.value: pgettext_lazy("order act", "Sent back to"),
    OrderAct.PAUSED.value: pgettext_lazy("order act", "Clock stopped"),
    OrderAct.RESUMED.value: pgettext_lazy("order act", "Clock runs again"),
    OrderAct.HUNG.value: pgettext_lazy("order act", "Hung"),
    OrderAct.UNHUNG.value: pgettext_lazy("order act", "Goes on"),
    OrderAct.CANCELLED.value: pgettext_lazy("order act", "Cancelled"),
    OrderAct.URGED.value: pgettext_lazy("order act", "Urged"),
    OrderAct.NOTED.value: pgettext_lazy("order act", "Note"),
    OrderAct.PAPER_GIVEN.value: pgettext_lazy("order act", "Paper given"),
    OrderAct.PAPER_JUDGED.value: pgettext_lazy("order act", "Paper judged"),
    OrderAct.HANDED_OVER.value: pgettext_lazy("order act", "Handed over to"),
    OrderAct.ESCALATED.value: pgettext_lazy("order act", "Brought before"),
    OrderAct.NOTIFIED.value: pgettext_lazy("order act", "Customer told"),
    OrderAct.PLANNED.value: pgettext_lazy("order act", "Plan written"),
    OrderAct.EXTENDED.value: pgettext_lazy("order act", "Plan extended"),
    OrderAct.CHOSEN.value: pgettext_lazy("order act", "Firms chosen"),
    OrderAct.SPELL_OVER.value: pgettext_lazy("order act", "Capacity counts again since"),
}
# Before whom a clock that runs out comes.
LEVELS: dict[str, Text] = {
    Level.AMBER.value: pgettext_lazy("order level", "Post of the step"),
    Level.RED.value: pgettext_lazy("order level", "Unit above"),
}
# Of what a customer was told, and how.
NOTICES: dict[str, Text] = {
    OrderNotice.ACCEPTED.value: pgettext_lazy("order notice", "Application accepted"),
    OrderNotice.LINK.value: pgettext_lazy("order notice", "Link for the customer"),
    OrderNotice.WAITING.value: pgettext_lazy("order notice", "What is missing"),
    OrderNotice.PLANNED.value: pgettext_lazy("order notice", "Plan answered"),
    OrderNotice.REFUSED.value: pgettext_lazy("order notice", "Application refused"),
    OrderNotice.CANCELLED.value: pgettext_lazy("order notice", "Order cancelled"),
    OrderNotice.DONE.value: pgettext_lazy("order notice", "Order complete"),
}
WAYS: dict[str, Text] = {
    **CHANNELS,
    HELD: pgettext_lazy("order notice", "held: nobody can be written to, tell them otherwise"),
}
SPELLS: dict[str, Text] = {
    SpellKind.SUSPENSION.value: ALL_KINDS[OrderKind.SUSPEND.value],
    SpellKind.REDUCTION.value: ALL_KINDS[OrderKind.REDUCE.value],
}
register_states(
    "service_order",
    {
        RunStatus.RUNNING.value: ("run", pgettext_lazy("service order", "Under way")),
        RunStatus.HUNG.value: ("warn", pgettext_lazy("service order", "Hung")),
        RunStatus.CANCELLED.value: ("idle", pgettext_lazy("service order", "Cancelled")),
        RunStatus.DONE.value: ("ok", pgettext_lazy("service order", "Done")),
    },
)

register_states(
    "order_paper",
    {
        PaperState.MISSING.value: ("warn", pgettext_lazy("order paper", "Missing")),
        PaperState.GIVEN.value: ("run", pgettext_lazy("order paper", "To be judged")),
        PaperState.ACCEPTED.value: ("ok", pgettext_lazy("order paper", "Accepted")),
        PaperState.REFUSED.value: ("bad", pgettext_lazy("order paper", "Refused")),
    },
)
AGREED_DAY = pgettext_lazy("promise", "Day agreed")
_REMEDIES = {**REMEDIES, **plans.REMEDIES, **plan_drafts.REMEDIES, **energising.REMEDIES}
# What the values of a refusal are called.
_VALUES: Mapping[str, Text] = {
    "asked": pgettext_lazy("refusal", "asked for"),
    "today": pgettext_lazy("refusal", "today"),
    "earliest": pgettext_lazy("refusal", "not before"),
    "latest": pgettext_lazy("refusal", "not after"),
    "start": pgettext_lazy("refusal", "start"),
    "end": pgettext_lazy("refusal", "end"),
    "units": pgettext_lazy("refusal", "transformers"),
    "meter": pgettext_lazy("refusal", "meter"),
    "orders": pgettext_lazy("refusal", "orders"),
    "since": pgettext_lazy("refusal", "since"),
    "year": pgettext_lazy("refusal", "year"),
    "days": pgettext_lazy("refusal", "days"),
    "allowed": pgettext_lazy("refusal", "allowed"),
    "rule_set": pgettext_lazy("refusal", "rules"),
    "shares_kva": pgettext_lazy("refusal", "shares (kVA)"),
    "capacity_kva": pgettext_lazy("refusal", "capacity (kVA)"),
    "before_kva": pgettext_lazy("refusal", "before (kVA)"),
    "after_kva": pgettext_lazy("refusal", "after (kVA)"),
    "account": pgettext_lazy("refusal", "account"),
    "term_end": pgettext_lazy("refusal", "term ends"),
    "missing": pgettext_lazy("refusal", "missing"),
    "capacity": pgettext_lazy("refusal", "capacity"),
    "connected": pgettext_lazy("refusal", "connected"),
    "load_a": pgettext_lazy("refusal", "load (A)"),
    "wanted": pgettext_lazy("refusal", "fitting"),
    "fee": pgettext_lazy("refusal", "fee (yuan)"),
    "least": pgettext_lazy("refusal", "at least"),
    "most": pgettext_lazy("refusal", "at most"),
    "sources": pgettext_lazy("refusal", "sources"),
    "source": pgettext_lazy("refusal", "source"),
}


def kind_of(code: str) -> str:
    """Return what a kind of order is called, in the reader's language."""
    return str(ALL_KINDS.get(code, code))


def step_of(process_id: str, step: str) -> str:
    """Return what a step is called in the process that it belongs to."""
    return name_of(library().find_step(process_id, step).name)


def find_node(process_id: str, step: str) -> Node:
    """Return a step of a process as it is drawn."""
    return library().find_step(process_id, step)


def post_of(process_id: str, step: str) -> str:
    """Return the post whose step it is."""
    process = library().get(process_id)
    return next((name_of(lane.name) for lane in process.lanes if step in lane.nodes), "")


def paper_of(code: str) -> str:
    """Return what a paper is called, in the reader's language."""
    title = load_paper_titles().get(code)
    return code if title is None else title.en if reads_english() else title.zh


def step_title(code: str) -> str:
    """Return what a step is called that an order has not come to yet, in the reader's language."""
    title = load_step_titles().get(code)
    return code if title is None else title.en if reads_english() else title.zh


def promise_of(code: str) -> str:
    """Return what a promise is called, in the reader's language."""
    title = load_promise_book().titles.get(code)
    if title is None:
        return str(AGREED_DAY) if code == clocks.AGREED_DAY else code
    return title.en if reads_english() else title.zh


_lazy_promise = lazy(promise_of, str)


def list_promises() -> list[tuple[str, Text]]:
    """Return every promise that an order may be measured by, with its name."""
    kinds = load_kinds().values()
    named = {one.promise for kind in kinds for one in kind.steps} | {kind.whole for kind in kinds}
    named |= {kind.plan for kind in kinds}
    codes = sorted(code for code in named if code and code in load_promise_book().titles)
    agreed: list[tuple[str, Text]] = [(clocks.AGREED_DAY, AGREED_DAY)]
    return agreed + [(code, _lazy_promise(code)) for code in codes]


_lazy_step = lazy(step_title, str)


def list_timed_steps() -> list[tuple[str, Text]]:
    """Return the steps that have a promise of their own, by name in the order of their codes."""
    timed = sorted({one.code for kind in load_kinds().values() for one in kind.steps if one.promise})
    return [(code, _lazy_step(code)) for code in timed]


def outcome_of(code: str) -> Text:
    """Return how a step ended."""
    return pgettext_lazy("outcome", "Undone") if code == "UNDONE" else OUTCOMES.get(code, code)


def list_papers(kind: OrderKind, on: date) -> list[tuple[str, str]]:
    """Return the papers of a kind on a day, by code, as the reader calls them."""
    english = reads_english()
    return [(one.code, one.en if english else one.zh) for one in list_materials(kind=kind, on=on)]


def write_refusal(one: Refusal) -> dict[str, str]:
    """Return a refusal as a page shows it: what can be done, what was compared, the text behind it."""
    values = {name: _spell_out(value) if name == "missing" else value for name, value in one.values.items()}
    shown = [f"{_VALUES[name]} {value}" for name, value in values.items() if name in _VALUES]
    if "papers" in one.values:
        names = {code: name for kind in KINDS for code, name in list_papers(OrderKind(kind), date.max)}
        shown.append(" · ".join(names.get(code, code) for code in one.values["papers"].split(", ")))
    return {"remedy": _now(_REMEDIES[one.code]), "values": " · ".join(shown), "article": one.article}


def _spell_out(codes: str) -> str:
    """Return what is missing before a supply is switched on: papers by their names, the rest in words."""
    return " · ".join(str(_MISSING.get(code, paper_of(code))) for code in codes.split(", "))


_MISSING: Mapping[str, Text] = {
    "contract": pgettext_lazy("missing", "supply contract"),
    "dispatch": pgettext_lazy("missing", "dispatch agreement"),
    "dual_source": pgettext_lazy("missing", "agreement on two sources"),
    "inspection": pgettext_lazy("missing", "inspection of the works"),
    "meter": pgettext_lazy("missing", "meter"),
    "plan": pgettext_lazy("missing", "plan that the customer agreed to"),
    "MAIN 1": pgettext_lazy("missing", "meter of the main source"),
    "STANDBY 2": pgettext_lazy("missing", "meter of the standby"),
}


def kva(value: Decimal) -> str:
    """Return a capacity without noughts behind the point."""
    return f"{value.normalize():f}"
