"""Papers of a customer: handed in, looked at, taken along."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from dianke.application.archive import documents
from dianke.application.archive.documents import ADD, VIEW
from dianke.domain.customers.models import CustomerAccount, CustomerDocument
from dianke.domain.customers.types import DocumentKind
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.papers import send_paper
from dianke.interfaces.web.customers import words
from dianke.interfaces.web.customers.belonging_forms import DocumentForm
from dianke.interfaces.web.customers.form_pages import FormPage, answer_form, found, get_customer, url_of_customer
from dianke.interfaces.web.customers.uploads import read_upload
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.documents.media import IMAGES, PDF, TEXT

_MEDIA = {PDF: "PDF", TEXT: gettext_lazy("plain text"), "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP"}


@require_http_methods(["GET", "POST"])
@page_right(ADD)
def add_document(request: StaffRequest, number: str) -> HttpResponse:
    """Keep a paper of a customer."""
    customer = get_customer(request.actor, number, ADD)
    accounts = list(CustomerAccount.objects.for_actor(request.actor, ADD).filter(customer=customer).order_by("number"))
    form = DocumentForm(request.POST or None, request.FILES or None, accounts=[one.number for one in accounts])

    def carry_out(values: dict[str, Any]) -> str:
        upload = read_upload(values["file"], values["title"])
        assert upload is not None  # noqa: S101 - the form asks for a file
        paper = documents.add_document(
            actor=request.actor,
            customer=customer,
            kind=DocumentKind(values["kind"]),
            upload=upload,
            at=SystemClock().now(),
            account=next((one for one in accounts if one.number == values["account"]), None),
            retention_until_date=values["retention_until_date"],
        )
        return reverse("web:document", args=[paper.pk]) if request.actor.may(VIEW) else url_of_customer(customer)

    page = FormPage(
        title=_("Add a document"),
        number=customer.number,
        facts=[customer.name],
        act=_("Keep the document"),
        back_url=url_of_customer(customer, "customer_documents"),
    )
    return answer_form(request, form, page, carry_out)


@require_GET
@page_right(VIEW)
def show_document(request: StaffRequest, key: int) -> HttpResponse:
    """Show a paper with what is known of it."""
    paper = _get_paper(request, key)
    document = paper.document
    values = {
        "page": Page(
            title=document.title,
            facts=[paper.customer.name, words.DOCUMENT_KINDS.get(document.kind, document.kind)],
            crumbs=[
                Crumb(paper.customer.name, url_of_customer(paper.customer)),
                Crumb(_("Documents"), url_of_customer(paper.customer, "customer_documents")),
            ],
        ),
        "paper": paper,
        "document": document,
        "adder": Names([document.added_by]).of(document.added_by),
        "media_word": _MEDIA.get(document.media_type, document.media_type),
        "is_image": document.media_type in IMAGES,
        "is_framed": document.media_type in {PDF, TEXT},
        "file_url": reverse("web:document_file", args=[key]),
    }
    return render(request, "customers/document.html", values)


@require_GET
@page_right(VIEW)
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # its stub knows Django's request alone
def send_file(request: StaffRequest, key: int) -> HttpResponse:
    """Send the bytes of a paper, to look at or, if asked so, to take along."""
    paper = _get_paper(request, key)
    content = documents.open_document(actor=request.actor, paper=paper)
    return send_paper(request, paper.document, content)


def _get_paper(request: StaffRequest, key: int) -> CustomerDocument:
    rows = CustomerDocument.objects.for_actor(request.actor, VIEW).filter(pk=key)
    paper: CustomerDocument = found(rows.select_related("document", "customer__unit", "account").first())
    return paper
