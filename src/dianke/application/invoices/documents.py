"""Invoices as they leave the house: structured data, XML, PDF."""

import functools
import json
from importlib import resources
from typing import Any

from django.conf import settings

from dianke.application.invoices import sheet
from dianke.application.invoices.rights import VIEW
from dianke.domain.invoicing.models import Invoice
from dianke.domain.invoicing.queries import documents
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.queries.documents import Reader
from dianke.domain.invoicing.rules.xml_files import write_xml
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import typesetting
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

SEE_PHONE, SEE_BANK = "protection.unmask_phone", "protection.unmask_bank"


def write_structured(*, actor: Actor, invoice: Invoice) -> dict[str, Any]:
    """Return an invoice as data, phone and bank account of the buyer as the actor may see them."""
    path = invoice.unit.path
    reader = Reader(sees_phone=actor.may(SEE_PHONE, path), sees_bank=actor.may(SEE_BANK, path))
    names = identity.get_names(logins={invoice.made_by})
    return documents.write_structured(
        actor=actor, invoice=invoice, reader=reader, drawer=names.get(invoice.made_by, invoice.made_by)
    )


@use_case(right=VIEW)
def take_out_invoice(*, actor: Actor, number: str, form: str) -> bytes:
    """
    Hand an invoice out as xml, json or pdf; who did stands in the trail.

    :raises InvoiceNotFound: if there is none within reach
    :raises FontMissing: if no font holds Chinese
    """
    document = write_structured(actor=actor, invoice=queries.get_invoice(actor=actor, number=number))
    if form == "xml":
        return write_xml(document)
    if form == "json":
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return write_pdf(document)


def write_pdf(document: dict[str, Any]) -> bytes:
    """
    Return a structured invoice as PDF.

    :raises FontMissing: if no font holds Chinese
    :raises UnableToWritePdf: if typst warns of anything
    """
    content = sheet.lay_out(document, is_simulated=settings.SIMULATED_TAX_PLATFORM)
    return typesetting.set_pdf(template=_read_template(), content=content)


@functools.cache
def _read_template() -> bytes:
    return (resources.files("dianke.application.invoices") / "invoice.typ").read_bytes()
