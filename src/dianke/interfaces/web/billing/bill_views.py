"""The bill itself."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application import bill_documents
from dianke.domain.billing.models import Bill, BillDraft, BillRun
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import corrections as correction_queries
from dianke.domain.billing.queries import documents
from dianke.domain.billing.queries import finals as final_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.queries.corrections import Bond
from dianke.domain.billing.queries.frozen import explain_issued, get_basis
from dianke.domain.billing.rules import explain
from dianke.domain.billing.rules.back_bills import is_back_bill
from dianke.domain.billing.rules.documents.structured_bill import BillKind, Occasion, Relation
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import (
    back_bill,
    bill_words,
    correction_bands,
    invoice_links,
    occasion_band,
    paper,
    words,
)
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan, spell_yuan
from dianke.platform.identity.types import Actor

Event = tuple[datetime | None, str, str]


@require_GET
@page_right("billing.view")
def show_bill(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Show an issued bill, every line open to its calculation, and compute it again from what it froze."""
    try:
        bill = bill_queries.get_bill(actor=request.actor, bill_id=bill_id)
    except bill_queries.BillNotFound as error:
        raise Http404 from error
    before, after = bill_queries.list_neighbours(actor=request.actor, bill=bill)
    lines = documents.fetch_lines(bills=[bill])[bill.pk]
    values = {**_draw(bill, lines, actor=request.actor), "before": before, "after": after}
    bonds, kind, relations = _find_corrections(request.actor, bill)
    occasion = documents.list_occasions(bills=[bill], kinds={bill.pk: kind}).get(bill.pk)
    values |= {**correction_bands.draw(request.actor, bill, bonds), **back_bill.draw_bill(bill)}
    values["bands"] = [*occasion_band.draw(occasion), *values["bands"]]
    values |= invoice_links.draw(request.actor, bill)
    values["texts"] = bill_documents.list_messages(
        actor=request.actor, bill=bill, kind=kind, relations=relations, occasion=occasion
    )
    issued = (bill.issued_at, _("issued"), bill.issued_by)
    values["title"] = _name_bill(bill, occasion)
    return _render(request, bill, values, number=bill.number, steps=[issued], calculated_by=bill.calculated_by)


def _find_corrections(actor: Actor, bill: Bill) -> tuple[list[Bond], BillKind, tuple[Relation, ...]]:
    if not correction_queries.is_touched(bill_id=bill.pk):
        return [], BillKind.ORDINARY, ()
    relations = documents.list_relations(actor=actor, bills=[bill])
    kind, own = relations.get(bill.pk, (BillKind.ORDINARY, ()))
    return correction_queries.list_bonds(actor=actor, bill=bill), kind, own


@require_GET
@page_right("billing.view")
def show_draft(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Show a draft in the same form as a bill."""
    try:
        draft = bill_queries.get_draft(actor=request.actor, bill_id=bill_id)
    except bill_queries.BillNotFound as error:
        raise Http404 from error
    lines = bill_queries.list_draft_lines(actor=request.actor, bill_id=bill_id)
    values = {**_draw(draft, explain.lines_of(lines), actor=request.actor), "is_draft": True}
    occasion = final_queries.list_occasions(run_ids=[draft.run_id]).get(draft.run_id)
    values["bands"] = occasion_band.draw(occasion)
    values["title"] = _name_bill(draft, occasion)
    return _render(request, draft, values, number=draft.account_number, steps=[], calculated_by=draft.run.started_by)


def _render(
    request: StaffRequest,
    bill: Bill | BillDraft,
    values: dict[str, Any],
    *,
    number: str,
    steps: list[Event],
    calculated_by: str,
) -> HttpResponse:
    run = run_queries.find_run(actor=request.actor, run_id=bill.run_id)
    if run is not None:
        month = run.cycle_month
        steps.append((run.calculated_at, _("calculated"), calculated_by))
        steps.append((month.frozen_at, _("readings frozen"), month.frozen_by))
    names = Names(login for _at, _what, login in steps)
    values |= {
        "run": run,
        "history": [(at, what, names.of(login)) for at, what, login in steps if at is not None],
        "page": _head(bill, values["title"], number=number, run=run, is_equal=values["explanation"].is_equal),
    }
    return render(request, "billing/bill.html", values)


def _name_bill(bill: Bill | BillDraft, occasion: Occasion | None) -> str:
    if isinstance(bill, Bill) and is_back_bill(bill.basis):
        return _("%(month)s back-billing")
    if occasion is not None and occasion.is_final:
        return _("%(month)s final bill")
    return _("%(month)s electricity bill")


def _head(bill: Bill | BillDraft, title: str, *, number: str, run: BillRun | None, is_equal: bool) -> Page:
    crumbs = [Crumb(_("Billing"))]
    if run is not None:
        crumbs.append(Crumb(_("Run %(number)s") % {"number": run.number}, reverse("web:bill_run", args=[run.number])))
    is_issued = isinstance(bill, Bill)
    return Page(
        title=title % {"month": formats.month(bill.month)},
        number=number,
        crumbs=[*crumbs, Crumb(_("Bill"))],
        chips=[
            Chip("ok", _("Issued")) if is_issued else Chip("warn", _("Draft")),
            Chip("ok", _("Computes again equally")) if is_equal else Chip("bad", _("Computes again differently")),
        ],
        menu_url=reverse("web:bills" if is_issued else "web:bill_runs"),
    )


def _draw(bill: Bill | BillDraft, lines: list[explain.Line], *, actor: Actor) -> dict[str, Any]:
    basis = get_basis(bill)
    explanation = explain_issued(bill, basis=basis, lines=lines)
    groups = paper.lay_out(explanation, basis=basis)
    included = [line for line in lines if line.included]
    energy_kwh = Decimal(bill.energy_kwh_e2).scaleb(-2)
    periods_kwh = paper.sum_energy(groups)
    shared_kwh = sum((line.quantity for line in lines if line.code.startswith("share.")), Decimal(0))
    return {
        "bill": bill,
        "explanation": explanation,
        "groups": groups,
        "losses": paper.draw_steps(explanation.losses),
        "facts": _list_facts(bill, basis),
        # A name without a link for who may not open it.
        "version_id": basis["price"]["version"] if actor.may("tariffs.view") else None,
        "sheet": basis["price"]["sheet"],
        "spelled": spell_yuan(bill.amount_fen),
        "included": [(bill_words.name_line(line), line) for line in included],
        "included_total": sum((line.amount for line in included), start=Decimal(0)),
        "included_price": sum((line.price for line in included), start=Decimal(0)),
        # Each register is rounded on its own, so the periods may come to another kWh than the total.
        "periods_kwh": None if periods_kwh is None or periods_kwh + shared_kwh == energy_kwh else periods_kwh,
        "average_price": explain.average_price(bill.amount_fen, bill.energy_kwh_e2),
        "tax": explain.split_tax(bill.amount_fen),
        "recomputed": formats.number(Decimal(explanation.recomputed_total), 2)
        if explanation.recomputed_total
        else formats.NONE,
        "difference": _difference(bill, explanation),
        "fingerprint": _fingerprint(basis),
    }


def _list_facts(bill: Bill | BillDraft, basis: dict[str, Any]) -> list[tuple[str, str]]:
    price, supply = basis["price"], basis["supply"]
    days = (bill.period_end - bill.period_start).days
    usage_class = words.USAGE_CLASSES.get(bill.usage_class, bill.usage_class)
    structure = words.STRUCTURES.get(price["structure"], price["structure"])
    kva = sum((Decimal(own["kva"]) for own in basis["transformers"] if own["charged"]), Decimal(0))
    facts = [
        (_("Address"), bill.address),
        (_("Class of use"), f"{usage_class} {structure}"),
        (
            _("Period"),
            _("%(start)s to %(end)s, %(days)s days")
            % {"start": formats.day(bill.period_start), "end": f"{bill.period_end:%m-%d}", "days": days},
        ),
        (_("Voltage"), words.format_voltage(supply["voltage"])),
        (_("Metering side"), str(words.SIDES.get(supply["side"], supply["side"]))),
    ]
    if isinstance(bill, Bill) and bill.due_date:
        facts.append((_("Pay by"), formats.day(bill.due_date)))
    if basis["meters"]:
        facts.append((_("Meter × multiplier"), _name_meters(basis["meters"])))
    if "stage" in basis:
        facts.append((_("Reading of the month"), _name_stage(basis["stage"])))
    if kva:
        facts.append((_("Capacity"), f"{_plain(str(kva))} kVA"))
    if price.get("basic_mode", "NONE") != "NONE":
        facts.append((_("Basic charge mode"), str(words.BASIC_MODES[price["basic_mode"]])))
    return facts


def _name_stage(stage: dict[str, Any]) -> str:
    place = {"number": stage["number"], "of": stage["of"]}
    if stage["number"] < stage["of"]:
        return _("%(number)d of %(of)d: interim bill, settled by the last one") % place
    return _("%(number)d of %(of)d: the whole month less the interim bills") % place


def _name_meters(meters: list[dict[str, Any]]) -> str:
    """Return each meter with its multipliers: a changed ratio gives one meter two, an exchange gives two meters."""
    multipliers: dict[str, list[str]] = {}
    for meter in meters:
        multipliers.setdefault(meter["meter"], []).append(_plain(meter["multiplier"]))
    return "; ".join(f"{number} × {' / '.join(dict.fromkeys(found))}" for number, found in multipliers.items())


def _plain(value: str) -> str:
    return explain.plain(Decimal(value))


def _difference(bill: Bill | BillDraft, explanation: explain.Explanation) -> str:
    if not explanation.recomputed_total:
        return formats.NONE
    return formats.number(Decimal(explanation.recomputed_total) - fen_to_yuan(bill.amount_fen), 2)


def _fingerprint(basis: dict[str, Any]) -> str:
    """Return the ends of a hash of the frozen inputs: two bills with the same one had the same inputs."""
    text = json.dumps(basis, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{digest[:6]}…{digest[-6:]}"
