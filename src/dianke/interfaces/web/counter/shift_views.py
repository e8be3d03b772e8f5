"""A shift: its list of the day, counting its cash, deciding a difference, cash for the bank."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import counter
from dianke.domain.channels.models import CashCount, Shift
from dianke.domain.channels.operations.shifts import UnableToCloseShift
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.queries.shifts import ShiftUnknown
from dianke.domain.channels.rules import shifts as rules
from dianke.domain.channels.types import ShiftState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.counter.entry_rows import draw_entries
from dianke.interfaces.web.counter.forms import CountForm, HandOverForm
from dianke.interfaces.web.counter.words import name_face
from dianke.interfaces.web.payments.words import TENDERS, explain_refusal
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import spell_yuan
from dianke.platform.audit.use_case import PermissionRefused


@require_GET
@page_right(counter.VIEW)
def show_shift(request: StaffRequest, number: str) -> HttpResponse:
    """Show a shift and its list of the day, which prints."""
    shift = _find(request, number)
    return _show(request, shift, HandOverForm(initial=_suggest(request, shift)))


@require_http_methods(["GET", "POST"])
@page_right(counter.RECEIVE)
def count_cash(request: StaffRequest, number: str) -> HttpResponse:
    """Count the drawer by faces and close the shift; what the books expect is told once it is counted."""
    shift = _find(request, number)
    if shift.cashier != request.actor.login or shift.state not in {"OPEN", "TO_RECOUNT"}:
        return redirect("web:counter_shift", number=number)
    form = CountForm(request.POST or None, faces=rules.list_faces(on=shift.opened_on))
    difference: int | None = None
    if request.method == "POST" and form.is_valid():
        pieces = form.read_pieces()
        try:
            closed = counter.count_cash(
                actor=request.actor,
                shift_number=number,
                pieces=pieces,
                explanation=form.cleaned_data["explanation"],
                at=SystemClock().now(),
            )
        except UnableToCloseShift as refusal:
            found = refusal.facts.get("difference_fen")
            difference = found if isinstance(found, int) else None
            form.add_error("explanation" if difference is not None else None, explain_refusal(refusal))
        else:
            _report(request, closed)
            return redirect("web:counter_shift", number=number)
    drawer = queries.compute_drawer(actor=request.actor, shift=shift)
    values = {
        "page": _head(shift, title=_now("Count the drawer")),
        "shift": shift,
        "form": form,
        "drawer": drawer,
        "difference_fen": difference,
        "counted_fen": drawer.expected_fen + difference if difference is not None else None,
        "limit_fen": rules.find_difference_limit(on=shift.opened_on),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "counter/count.html", values, status=status)


@require_POST
@page_right(counter.APPROVE)
def decide_difference(request: StaffRequest, number: str) -> HttpResponse:
    """Approve the difference of a count, or have it counted again."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "refuse":
        return _carry_out(
            request,
            number,
            lambda: counter.send_back_to_count(actor=request.actor, shift_number=number, reason=reason, at=at),
            _now("The cashier counts again."),
        )
    return _carry_out(
        request,
        number,
        lambda: counter.approve_difference(actor=request.actor, shift_number=number, reason=reason, at=at),
        _now("The difference is booked; the shift is closed."),
    )


@require_POST
@page_right(counter.RECEIVE)
def hand_over_cash(request: StaffRequest, number: str) -> HttpResponse:
    """Enter cash that was brought to the bank."""
    shift = _find(request, number)
    form = HandOverForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            counter.hand_over_cash(
                actor=request.actor,
                shift_number=number,
                amount_fen=given["amount"],
                slip_number=given["slip_number"],
                deposited_on=given["deposited_on"],
                at=SystemClock().now(),
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain_refusal(refusal))
        else:
            messages.success(request, _now("¥%(amount)s went to the bank.") % {"amount": formats.fen(given["amount"])})
            return redirect("web:counter_shift", number=number)
    return _show(request, shift, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _carry_out(request: StaffRequest, number: str, act: Callable[[], Any], done: str) -> HttpResponse:
    _find(request, number)
    back = reverse("web:counter_shift", kwargs={"number": number})
    return carry_out(request, act, done=done, back=back, explain=explain_refusal)


def _report(request: StaffRequest, shift: Shift) -> None:
    if shift.state == ShiftState.COUNTED.value:
        messages.info(request, _now("Counted. Another person decides on the difference now."))
    elif shift.difference_fen:
        messages.success(request, _now("The shift is closed; the difference is booked."))
    else:
        messages.success(request, _now("The shift is closed; the count agrees with the books."))


def _show(request: StaffRequest, shift: Shift, form: HandOverForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    actor = request.actor
    drawer = queries.compute_drawer(actor=actor, shift=shift)
    entries = draw_entries(actor, queries.list_entries(actor=actor, shift=shift))
    counts = queries.list_counts(actor=actor, shift=shift)
    deposits = queries.list_deposits(actor=actor, shift=shift)
    left = queries.compute_undeposited(actor=actor, shift=shift)
    names = Names([shift.cashier, shift.decided_by, *(one.deposited_by for one in deposits)])
    is_own = shift.cashier == actor.login
    values = {
        "page": _head(shift),
        "shift": shift,
        "cashier": names.of(shift.cashier),
        "decided_by": names.of(shift.decided_by),
        "drawer": drawer,
        "figures": _list_figures(shift, drawer, left),
        "tenders": [(TENDERS[one.tender], one) for one in drawer.tenders],
        "entries": entries,
        "count": _draw_count(counts[0]) if counts else None,
        "earlier_counts": counts[1:],
        "deposits": [(one, names.of(one.deposited_by)) for one in deposits],
        "left_fen": left,
        "form": form,
        "spelled": spell_yuan(drawer.total_fen),
        "may_open_books": actor.may("ledger.view"),
        "may_count": is_own and actor.may(counter.RECEIVE) and shift.state in {"OPEN", "TO_RECOUNT"},
        "may_decide": not is_own and actor.may(counter.APPROVE) and shift.state == ShiftState.COUNTED.value,
        "may_hand_over": actor.may(counter.RECEIVE, shift.unit.path) and left > 0 and shift.state in {"OPEN", "CLOSED"},
    }
    return render(request, "counter/shift.html", values, status=status)


def _suggest(request: StaffRequest, shift: Shift) -> dict[str, Any]:
    left = queries.compute_undeposited(actor=request.actor, shift=shift)
    return {"amount": left if left > 0 else None, "deposited_on": to_shanghai(SystemClock().now()).date()}


def _list_figures(shift: Shift, drawer: queries.Drawer, left_fen: int) -> list[Figure]:
    figures = [
        Figure(
            caption=_("Taken (yuan)"),
            value=formats.fen(drawer.total_fen),
            context=_now("%(count)s entries") % {"count": drawer.entry_count},
        ),
        Figure(
            caption=_("Cash taken (yuan)"),
            value=formats.fen(drawer.cash_fen),
            context=_now("float %(amount)s") % {"amount": formats.fen(drawer.float_fen)},
        ),
    ]
    if shift.counted_fen is not None:
        figures.append(
            Figure(
                caption=_("Counted (yuan)"),
                value=formats.fen(shift.counted_fen),
                context=_now("expected %(amount)s") % {"amount": formats.fen(shift.expected_fen)},
            )
        )
        figures.append(Figure(caption=_("Difference (yuan)"), value=formats.signed_fen(shift.difference_fen)))
    figures.append(
        Figure(
            caption=_("Not at the bank yet (yuan)"),
            value=formats.fen(left_fen),
            context=_now("at the bank %(amount)s") % {"amount": formats.fen(drawer.handed_over_fen)},
        )
    )
    return figures


def _draw_count(count: CashCount) -> dict[str, Any]:
    faces = [(int(face), pieces) for face, pieces in count.pieces.items()]
    return {
        "row": count,
        "faces": [(name_face(face), pieces, face * pieces) for face, pieces in sorted(faces, reverse=True)],
    }


def _find(request: StaffRequest, number: str) -> Shift:
    try:
        return queries.get_shift(actor=request.actor, number=number)
    except ShiftUnknown as unknown:
        raise Http404 from unknown


def _head(shift: Shift, *, title: str = "") -> Page:
    return Page(
        title=title or _now("Cashier's shift"),
        number=shift.number,
        facts=[shift.unit.name, formats.day(shift.opened_on)],
        crumbs=[Crumb(_("Payment collection")), Crumb(_("Shifts"), reverse("web:counter_shifts"))],
        chips=[state_chip("counter.shift", shift.state)],
        menu_url=reverse("web:counter_shifts"),
        help=[
            _("A shift is one cashier's drawer on one day. Counted and closed it takes nothing more."),
            _("A difference is explained; a large one is approved by another person, then booked as over or short."),
            _("Cash beyond the float goes to the bank; the number of the bank's slip is entered here."),
        ],
    )
