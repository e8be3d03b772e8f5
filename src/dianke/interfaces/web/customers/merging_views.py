"""Two customers that become one, or stay two."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application.archive import duplicates, merging
from dianke.application.archive.merging import MERGE
from dianke.domain.customers.models import Customer, CustomerMerge, DuplicateSuspicion
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.customers import duplicate_words
from dianke.interfaces.web.customers.duplicate_words import Shown
from dianke.interfaces.web.customers.form_pages import answer_act, found, get_customer, url_of_customer
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError

_NUMBER_LENGTH = 20


@require_GET
@page_right(MERGE)
def choose_other(request: StaffRequest, number: str) -> HttpResponse:
    """Name the other customer of a merge, by its number or that of an account; the likely ones are offered."""
    customer = get_customer(request.actor, number, MERGE)
    typed = "".join(request.GET.get("other", "").split())[:_NUMBER_LENGTH]
    other = merging.find_other(actor=request.actor, customer=customer, number=typed) if typed else None
    if other is not None:
        return redirect("web:customer_merge", customer.number, other.number)
    likely = duplicates.find_likenesses(actor=request.actor.within(MERGE), customer=customer)
    values = {
        "page": Page(
            title=_("Merge with another customer"),
            number=customer.number,
            facts=[customer.name],
            crumbs=[Crumb(_("Customer list"), reverse("web:customers")), Crumb(_("Possible duplicates"))],
            menu_url=reverse("web:duplicates"),
            help=[_("Look both over side by side before anything is moved; a merge asks for a reason.")],
        ),
        "customer": customer,
        "hits": [duplicate_words.describe_hit(hit) for hit in likely],
        "typed": typed,
        "refusal": _("No other customer of your units that stands has this number.") if typed else "",
        "back_url": url_of_customer(customer),
    }
    return render(request, "customers/merge_with.html", values, status=422 if typed else 200)


@require_http_methods(["GET", "POST"])
@page_right(MERGE)
def merge_customers(request: StaffRequest, number: str, other: str) -> HttpResponse:
    """Compare two customers and let one of them be kept."""
    pair = [get_customer(request.actor, one, MERGE) for one in (number, other)]
    if request.method != "POST":
        return _show(request, pair)
    kept = next((one for one in pair if one.number == request.POST.get("kept")), None)
    if kept is None or pair[0].pk == pair[1].pk:
        return _show(request, pair, refusal=_("Choose which of the two is kept."))
    merged = pair[1] if kept.pk == pair[0].pk else pair[0]
    reason = request.POST.get("reason", "")[:200]
    try:
        merging.merge_customers(actor=request.actor, kept=kept, merged=merged, reason=reason, at=SystemClock().now())
    except DomainError as error:
        return _show(request, pair, refusal=explain(error), kept=kept.number, reason=reason)
    return answer_act(
        request,
        url_of_customer(kept),
        lambda: None,
        done=gettext_lazy("The two are one customer now; the other number leads here."),
    )


@require_POST
@page_right(MERGE)
def undo_merge(request: StaffRequest, key: int) -> HttpResponse:
    """Take a merge back."""
    rows = CustomerMerge.objects.for_actor(request.actor, MERGE).filter(pk=key)
    merge = found(rows.select_related("kept", "merged").first())
    return answer_act(
        request,
        url_of_customer(merge.kept, "customer_merged"),
        lambda: merging.undo_merge(
            actor=request.actor, merge=merge, reason=request.POST.get("reason", "")[:200], at=SystemClock().now()
        ),
        done=gettext_lazy("The merge is taken back; both customers stand again."),
    )


@require_POST
@page_right(MERGE)
def settle_suspicion(request: StaffRequest, key: int) -> HttpResponse:
    """Say that two customers are two."""
    suspicion = found(DuplicateSuspicion.objects.for_actor(request.actor, MERGE).filter(pk=key).first())
    return answer_act(
        request,
        reverse("web:duplicates"),
        lambda: merging.settle_suspicion(
            actor=request.actor,
            suspicion=suspicion,
            reason=request.POST.get("reason", "")[:200],
            at=SystemClock().now(),
        ),
        done=gettext_lazy("Noted: they are two customers."),
    )


def _show(
    request: StaffRequest, pair: Sequence[Customer], *, refusal: str = "", kept: str = "", reason: str = ""
) -> HttpResponse:
    described = duplicates.describe_customers(actor=request.actor, keys=[one.pk for one in pair])
    both = [described[one.pk] for one in pair]
    verdict = duplicates.compare_customers(both[0], both[-1])
    columns: list[Shown] = [duplicate_words.describe_hit(one) for one in both]
    head = Page(
        title=_("Merge customers"),
        crumbs=[Crumb(_("Customers")), Crumb(_("Possible duplicates"), reverse("web:duplicates"))],
        chips=[duplicate_words.describe_verdict(verdict)] if verdict.reasons else [],
        menu_url=reverse("web:duplicates"),
        help=[
            _("Accounts, contacts, papers, equipment and consent of the other move to the customer that is kept."),
            _("The other stays as a signpost: its number leads to the kept one."),
            _("A merge can be taken back while nothing that moved has changed since."),
        ],
    )
    values = {"page": head, "columns": columns, "kept": kept or pair[0].number, "refusal": refusal, "reason": reason}
    return render(request, "customers/merge.html", values, status=422 if refusal else 200)
