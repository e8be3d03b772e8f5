"""A person asks what is kept of them: the clerk hands out a file."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from dianke.application.protection import export_person as exporting
from dianke.application.protection.export_person import PersonExport, Value
from dianke.application.protection.unmask import ReasonMissing
from dianke.domain.customers.models import Customer
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.protection import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import XLSX_TYPE
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock


class ExportForm(forms.Form):
    """Why, and in which form."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        help_text=_("Who asked, and by which document you knew them; it goes into the trail."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    form = forms.ChoiceField(
        label=_("File"),
        choices=[("xlsx", _("Excel, to read")), ("json", _("JSON, for programs"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )


@require_http_methods(["GET", "POST"])
@page_right(exporting.RIGHT)
def export_person(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for the reason, then answer with the file."""
    customer = _find(request, number)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = exporting.export_person(
                actor=request.actor,
                customer_number=customer.number,
                reason=form.cleaned_data["reason"],
                at=SystemClock().now(),
            )
        except ReasonMissing as refusal:
            form.add_error("reason", explain(refusal))
        else:
            return _answer(found, form.cleaned_data["form"])
    values = {
        "page": Page(
            title=_("What is kept of a person"),
            number=customer.number,
            facts=[customer.name],
            crumbs=[Crumb(_("Customers")), Crumb(customer.name)],
        ),
        "form": form,
        "sections": words.SECTIONS.values(),
    }
    return render(request, "protection/person.html", values, status=422 if form.errors else 200)


def _find(request: StaffRequest, number: str) -> Customer:
    try:
        return exporting.find_person(actor=request.actor, customer_number=number)
    except exporting.NoSuchPerson as refusal:
        raise Http404 from refusal


def _answer(found: PersonExport, file_form: str) -> HttpResponse:
    is_json = file_form == "json"
    content = _write_json(found) if is_json else _write_xlsx(found)
    response = HttpResponse(content, content_type="application/json" if is_json else XLSX_TYPE)
    name = f"person-{found.customer_number}.{file_form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _write_json(found: PersonExport) -> bytes:
    told: dict[str, Any] = {
        "customer_number": found.customer_number,
        "at": found.at.isoformat(),
        **{
            section.code: [dict(zip(section.columns, map(_plain, row), strict=True)) for row in section.rows]
            for section in found.sections
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _plain(value: Value) -> str | int | bool | None:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def _write_xlsx(found: PersonExport) -> bytes:
    book = Workbook(write_only=True)
    for section in found.sections:
        sheet = book.create_sheet(title=str(words.SECTIONS[section.code]))
        sheet.freeze_panes = "A2"
        head = [WriteOnlyCell(sheet, value=column) for column in section.columns]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        for row in section.rows:
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=None)
                # Text stays text: Excel would read "=1+1" in a name as a formula, and an account as a number.
                cell.value = _plain(value)
                if isinstance(cell.value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
