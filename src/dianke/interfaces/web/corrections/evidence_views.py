"""The papers of a correction: attached, looked at, taken along."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from dianke.application import bill_corrections
from dianke.domain.billing.models import CorrectionEvidence
from dianke.domain.billing.queries import corrections as queries
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.papers import send_paper
from dianke.interfaces.web.corrections.evidence_form import EvidenceForm
from dianke.interfaces.web.corrections.views import get_order
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.documents.media import IMAGES, PDF, TEXT
from dianke.platform.documents.operations import MOST_BYTES


@require_POST
@page_right(bill_corrections.ASK)
def add_evidence(request: StaffRequest, key: int) -> HttpResponse:
    """Attach a paper to a correction."""
    get_order(request, key)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file that is not empty."))
        return redirect("web:correction", key=key)
    file = form.cleaned_data["file"]
    try:
        bill_corrections.add_evidence(
            actor=request.actor,
            key=key,
            file_name=file.name or "file",
            # One byte too many is enough to be refused for its size.
            content=file.read(MOST_BYTES + 1),
            title=form.cleaned_data["title"],
            at=SystemClock().now(),
        )
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("The evidence is attached."))
    return redirect("web:correction", key=key)


@require_GET
@page_right("billing.view")
def show_evidence(request: StaffRequest, evidence_id: int) -> HttpResponse:
    """Show a paper with what is known of it."""
    evidence = _get_evidence(request, evidence_id)
    document, order = evidence.document, evidence.correction
    values = {
        "page": Page(
            title=document.title,
            number=order.number,
            facts=[order.customer_name],
            crumbs=[
                Crumb(_("Corrections"), reverse("web:corrections")),
                Crumb(order.number, reverse("web:correction", args=[order.pk])),
            ],
            menu_url=reverse("web:corrections"),
        ),
        "document": document,
        "adder": Names([document.added_by]).of(document.added_by),
        "is_image": document.media_type in IMAGES,
        "is_framed": document.media_type in {PDF, TEXT},
        "file_url": reverse("web:correction_evidence_file", args=[evidence.pk]),
    }
    return render(request, "corrections/evidence.html", values)


@require_GET
@page_right("billing.view")
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # its stub knows Django's request alone
def send_evidence(request: StaffRequest, evidence_id: int) -> HttpResponse:
    """Send the bytes of a paper, to look at or, if asked so, to take along."""
    evidence = _get_evidence(request, evidence_id)
    content = bill_corrections.open_evidence(actor=request.actor, key=evidence.pk)
    return send_paper(request, evidence.document, content)


def _get_evidence(request: StaffRequest, key: int) -> CorrectionEvidence:
    try:
        return queries.get_evidence(actor=request.actor, key=key)
    except queries.EvidenceNotFound as error:
        raise Http404 from error
