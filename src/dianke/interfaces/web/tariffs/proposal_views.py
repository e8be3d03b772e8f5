"""Propose versions: a file of sheets, or a copy with other prices; decide them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import tariffs as use_cases
from dianke.application.tariffs.workbook_template import write_template
from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.rules.revisions import PriceRefused
from dianke.domain.tariffs.types import LoadReport, PriceColumn, VersionPage
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import XLSX_TYPE
from dianke.interfaces.web.shell.errors import explain
from dianke.interfaces.web.tariffs import words
from dianke.interfaces.web.tariffs.fault_words import describe_faults
from dianke.interfaces.web.tariffs.forms import Grid, RevisionForm, UploadForm, to_revision
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_REFUSED = 422


@require_http_methods(["GET", "POST"])
@page_right("tariffs.propose")
def propose(request: StaffRequest) -> HttpResponse:
    """Propose the versions of a file; every fault of it is shown with its place and what to do."""
    form = UploadForm(request.POST or None, request.FILES or None)
    report: LoadReport | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = use_cases.propose_file(
                actor=request.actor,
                name=file.name,
                data=file.read(),
                reason=form.cleaned_data["reason"],
                at=SystemClock().now(),
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error("file", explain(refusal))
        if report is not None and report.loaded:
            messages.success(request, _("%(count)s versions wait for another person.") % {"count": len(report.loaded)})
            return redirect("web:tariffs")
    values = {
        "page": _head(_("Propose prices")),
        "form": form,
        "report": report,
        "faults": describe_faults(report.refused) if report else [],
    }
    return render(request, "tariffs/propose.html", values, status=_REFUSED if request.method == "POST" else 200)


@require_GET
@page_right("tariffs.propose")
def send_template(request: StaffRequest) -> HttpResponse:
    """Send the empty workbook that a sheet is typed into."""
    response = HttpResponse(write_template(), content_type=XLSX_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="tariff-sheet.xlsx"'
    return response


@require_http_methods(["GET", "POST"])
@page_right("tariffs.propose")
def revise(request: StaffRequest, version_id: int) -> HttpResponse:
    """Propose a copy of a version with other prices."""
    sheet = _find(request, version_id)
    grid = Grid(sheet, request.POST if request.method == "POST" else None)
    form = RevisionForm(request.POST or None, initial={"grade": sheet.version.grade, "start": _next_start(sheet)})
    if request.method == "POST" and form.is_valid() and not grid.errors:
        try:
            version = use_cases.propose_revision(
                actor=request.actor,
                version_id=version_id,
                revision=to_revision(form.cleaned_data, grid),
                reason=form.cleaned_data["reason"],
                at=SystemClock().now(),
            )
        except PermissionRefused:
            raise
        except PriceRefused as refusal:
            grid.errors[refusal.field or ""] = explain(refusal)
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _("The version waits for another person."))
            return redirect("web:tariff_version", version.pk)
    values = {
        "page": _head(_("Copy with other prices"), sheet),
        "form": form,
        "sheet": sheet,
        "columns": [_name_column(column) for column in sheet.columns],
        "rows": _draw_rows(sheet, grid),
        "parts": _draw_parts(sheet, grid),
        "has_errors": bool(grid.errors),
    }
    return render(request, "tariffs/revise.html", values, status=_REFUSED if request.method == "POST" else 200)


@require_POST
@page_right("tariffs.approve")
def approve(request: StaffRequest, version_id: int) -> HttpResponse:
    """Approve a proposal of another person."""
    act = partial(use_cases.approve_version, has_nothing_to_try=request.POST.get("has_nothing_to_try") == "1")
    return _decide(request, version_id, act, _("The version is approved."))


@require_POST
@page_right("tariffs.approve")
def reject(request: StaffRequest, version_id: int) -> HttpResponse:
    """Reject a proposal of another person."""
    return _decide(request, version_id, use_cases.reject_version, _("The version is rejected."))


@require_POST
@page_right("tariffs.propose")
def take_back(request: StaffRequest, version_id: int) -> HttpResponse:
    """Take back one's own proposal."""
    return _decide(request, version_id, use_cases.take_back_version, _("The proposal is taken back."))


@require_POST
@page_right("tariffs.withdraw_version")
def withdraw(request: StaffRequest, version_id: int) -> HttpResponse:
    """Withdraw an approved version before its first day."""

    def act(*, at: datetime, **given: Any) -> None:
        use_cases.withdraw_version(on=timezone.localdate(at), **given)

    return _decide(request, version_id, act, _("The version is withdrawn; the one before it goes on."))


def _decide(request: StaffRequest, version_id: int, act: Callable[..., Any], done: str) -> HttpResponse:
    _find(request, version_id)
    reason, at = request.POST.get("reason", "")[:400], SystemClock().now()
    return carry_out(
        request,
        lambda: act(actor=request.actor, version_id=version_id, reason=reason, at=at),
        done=done,
        back=reverse("web:tariff_version", args=[version_id]),
    )


def _find(request: StaffRequest, version_id: int) -> VersionPage:
    try:
        return tariffs.get_version_page(actor=request.actor, version_id=version_id)
    except tariffs.NoSuchPlan as error:
        raise Http404 from error


def _head(title: str, sheet: VersionPage | None = None) -> Page:
    crumbs = [Crumb(_("Billing")), Crumb(_("Prices and rules"), reverse("web:tariffs"))]
    if sheet is not None:
        crumbs.append(Crumb(sheet.version.sheet_id, reverse("web:tariff_version", args=[sheet.version.id])))
    return Page(
        title=title,
        facts=[sheet.plan.name, sheet.version.sheet_id] if sheet else [],
        crumbs=crumbs,
        menu_url=reverse("web:tariffs"),
        help=[
            _("A version is proposed by one person and approved by another; until then it prices nothing."),
            _("What is approved is never edited: changed prices are a new version with dates of its own."),
        ],
    )


def _next_start(sheet: VersionPage) -> date | None:
    """Return the day after the version, where it has an end."""
    return sheet.version.end


def _name_column(column: PriceColumn) -> str:
    if column is PriceColumn.TD_ENERGY:
        return _("transmission and distribution")
    return str(words.COLUMNS[column])


def _draw_rows(sheet: VersionPage, grid: Grid) -> list[dict[str, Any]]:
    return [
        {
            "structure": billing_words.STRUCTURES[row.structure.value],
            "voltage": billing_words.format_voltage(row.voltage) if row.voltage else formats.NONE,
            "cells": [
                _draw_field(grid, f"cell-{index}-{column.value}", row.prices[column].value)
                | {
                    "exists": row.prices[column].exists,
                    "name_of_column": _name_column(column),
                    "label": f"{billing_words.STRUCTURES[row.structure.value]} {row.voltage} {_name_column(column)}",
                }
                for column in sheet.columns
            ],
        }
        for index, row in enumerate(sheet.rows)
    ]


def _draw_parts(sheet: VersionPage, grid: Grid) -> list[dict[str, Any]]:
    return [
        _draw_field(grid, f"part-{index}", part.price)
        | {
            "label": billing_words.name_part(part.code, part.label),
            "whole": billing_words.name_part(part.part_of) if part.part_of else "",
            "before": part.price,
        }
        for index, part in enumerate(sheet.components)
    ]


def _draw_field(grid: Grid, name: str, price: Any) -> dict[str, Any]:
    return {"name": name, "value": grid.value_of(name, price), "error": grid.errors.get(name, "")}
