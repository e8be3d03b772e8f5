"""The state of the chain: closed days, the newest hash, what proofs found."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application.trail import lists, prove_trail
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.interfaces.web.trail import words
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError

_DAYS = 31
_PROOFS = 10


@require_GET
@page_right("trail.prove")
def show_chain(request: StaffRequest) -> HttpResponse:
    """Show the closed days and the proofs."""
    days = lists.list_chain_days(actor=request.actor, limit=_DAYS)
    proofs = lists.list_proofs(actor=request.actor, limit=_PROOFS)
    names = Names(proof.by for proof in proofs)
    head = Page(
        title=_("Chain of the trail"),
        crumbs=[Crumb(_("Administration"))],
        menu_url=reverse("web:trail_chain"),
        help=[
            _("Every night the rows of the day before are closed by a hash that also covers the day before it."),
            _("A proof reads the rows again and names the first one that was changed, removed or slipped in."),
            _("Keep the newest hash outside this system: with it a chain written anew is found out too."),
        ],
    )
    values = {
        "page": head,
        "days": days,
        "proofs": [(proof, names.of(proof.by)) for proof in proofs],
        "last": proofs[0] if proofs else None,
        "newest": days[0] if days else None,
        "finding_text": words.BREAKS.get(proofs[0].finding.get("kind", ""), "") if proofs else "",
        "figures_of_chain": _list_figures(request, days, proofs),
        "span": _DAYS,
    }
    return render(request, "trail/chain.html", values)


@require_POST
@page_right("trail.prove")
def prove(request: StaffRequest) -> HttpResponse:
    """Prove the last month of days; the whole chain is proved by the command and every week."""
    now = SystemClock().now()
    first = timezone.localdate(now) - timedelta(days=_DAYS)
    try:
        proof = prove_trail(actor=request.actor, at=now, first_day=first)
    except DomainError as error:
        messages.error(request, explain(error))
        return redirect("web:trail_chain")
    if proof.broken is None:
        messages.success(request, _("%(count)s rows agree with the chain.") % {"count": f"{proof.rows:,}"})
    else:
        messages.error(request, _("The trail is broken; the first broken row is named below."))
    return redirect("web:trail_chain")


def _list_figures(request: StaffRequest, days: list, proofs: list) -> list[Figure]:  # type: ignore[type-arg]
    if not days:
        return []
    last = proofs[0] if proofs else None
    return [
        Figure(caption=_("Closed until"), value=formats.day(days[0].day)),
        Figure(caption=_("Days closed"), value=f"{lists.count_chain_days(actor=request.actor):,}"),
        Figure(caption=_("Rows of the last day"), value=f"{days[0].rows:,}"),
        Figure(
            caption=_("Last proof"),
            value=(_("whole") if last.intact else _("broken")) if last else "–",
            context=formats.moment(last.at) if last else _("not proved yet"),
        ),
    ]
