"""Answers of banks: handed in, checked whole, booked as a job where it takes long, bad rows given back."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import bank_channels
from dianke.application.bank_channels.answers import INLINE_BYTES
from dianke.domain.channels.models import AnswerFile
from dianke.domain.channels.queries import withholding as queries
from dianke.domain.channels.rules.withholding import AnswerState
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.bank import fault_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import CSV_TYPE, answer_stream, write_csv
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_SHOWN = 200
_MOVING = {AnswerState.BROUGHT.value, AnswerState.BOOKING.value}


@require_POST
@page_right(bank_channels.RECONCILE)
def bring_answer(request: StaffRequest) -> HttpResponse:
    """Take a file of a bank in and check it, now or as a job."""
    upload, limit = request.FILES.get("file"), settings.FILE_UPLOAD_MAX_BYTES
    if upload is None:
        messages.error(request, _("Choose a file."))
        return redirect("web:bank_batches")
    content = upload.read(limit + 1)
    if len(content) > limit:
        messages.error(request, _("The file is larger than %(limit)s MiB.") % {"limit": limit // 1024 // 1024})
        return redirect("web:bank_batches")
    answer = bank_channels.bring_answer(
        actor=request.actor,
        file_name=upload.name or "",
        content=content,
        at=SystemClock().now(),
        data_dir=settings.DATA_DIR,
    )
    if len(content) <= INLINE_BYTES:
        bank_channels.carry_out_check(
            actor=request.actor, key=answer.pk, at=SystemClock().now(), data_dir=settings.DATA_DIR
        )
    else:
        tasks.check_bank_answer.defer(key=answer.pk, login=request.actor.login)
    return redirect("web:bank_answer", answer.pk)


@require_GET
@page_right(bank_channels.VIEW)
def show_answer(request: StaffRequest, key: int) -> HttpResponse:
    """Show what a file holds, what is wrong with it and what was booked."""
    answer = _find(request, key)
    bad = _list_bad(answer)
    values = {
        "page": _head(answer),
        "answer": answer,
        "figures": _list_figures(answer),
        "file_faults": [fault_words.describe_fault(one) for one in answer.file_faults],
        "bad": bad[:_SHOWN],
        "bad_left": max(0, len(bad) - _SHOWN),
        "good_count": answer.row_count - answer.bad_row_count,
        "brought_by": Names([answer.brought_by]).of(answer.brought_by),
        "may_book": answer.state == AnswerState.CHECKED.value
        and answer.row_count > answer.bad_row_count
        and request.actor.may(bank_channels.RECONCILE),
        **_describe_work(answer),
    }
    return render(request, "bank/answer.html", values)


@require_GET
@page_right(bank_channels.VIEW)
def show_work(request: StaffRequest, key: int) -> HttpResponse:
    """Return the moving part of the page."""
    answer = _find(request, key)
    return render(request, "bank/work.html", {"answer": answer, **_describe_work(answer)})


@require_POST
@page_right(bank_channels.RECONCILE)
def book_answer(request: StaffRequest, key: int) -> HttpResponse:
    """Book the good rows, now or as a job."""
    answer = _find(request, key)
    if answer.size_bytes > INLINE_BYTES:
        tasks.book_bank_answer.defer(key=answer.pk, login=request.actor.login)
        messages.success(request, _("The file is being booked."))
        return redirect("web:bank_answer", key)
    try:
        booked = bank_channels.carry_out_booking(
            actor=request.actor, key=key, at=SystemClock().now(), data_dir=settings.DATA_DIR
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:bank_answer", key)
    messages.success(request, _("%(count)s lines are booked.") % {"count": f"{booked.booked_count:,}"})
    return redirect("web:bank_batch", booked.batch.number) if booked.batch else redirect("web:bank_answer", key)


@require_GET
@page_right(bank_channels.RECONCILE)
def send_bad_rows(request: StaffRequest, key: int) -> StreamingHttpResponse:
    """Give the bad rows back as a file: as they came, with what is wrong and what to do."""
    answer = _find(request, key)
    titles = [_("Line"), *(str(one) for one in fault_words.COLUMNS.values()), _("What is wrong"), _("What to do")]
    rows = [
        [one["line"], *_pad(one["cells"]), "; ".join(fault["text"] for fault in one["faults"]),
         "; ".join(dict.fromkeys(fault["remedy"] for fault in one["faults"]))]
        for one in _list_bad(answer)
    ]  # fmt: skip
    name = f"{answer.batch.number if answer.batch else 'answer'}-{answer.pk}-bad.csv"
    return answer_stream(name=name, pieces=write_csv(titles=titles, rows=rows), content_type=CSV_TYPE)


def _pad(cells: list[str]) -> list[str]:
    width = len(fault_words.COLUMNS)
    return [*cells[:width], *[""] * (width - len(cells))]


def _list_bad(answer: AnswerFile) -> list[dict[str, Any]]:
    kept = json.loads(answer.bad_rows) if answer.bad_rows else []
    return [
        {"line": line, "cells": cells, "faults": [fault_words.describe_fault(one) for one in faults]}
        for line, cells, faults in kept
    ]


def _find(request: StaffRequest, key: int) -> AnswerFile:
    answer = queries.get_answer(actor=request.actor, key=key)
    if answer is None:
        raise Http404
    return answer


def _describe_work(answer: AnswerFile) -> dict[str, Any]:
    good = answer.row_count - answer.bad_row_count
    return {
        "is_moving": answer.state in _MOVING,
        "chip": state_chip("bank.answer", answer.state),
        "percent": answer.booked_count * 100 // good if good else 0,
    }


def _list_figures(answer: AnswerFile) -> list[Figure]:
    return [
        Figure(caption=_("Rows"), value=f"{answer.row_count:,}"),
        Figure(caption=_("Rows without a fault"), value=f"{answer.row_count - answer.bad_row_count:,}"),
        Figure(caption=_("Bad rows"), value=f"{answer.bad_row_count:,}"),
        Figure(caption=_("Booked lines"), value=f"{answer.booked_count:,}",
               context=_("%(amount)s yuan") % {"amount": formats.fen(answer.paid_fen)}),
    ]  # fmt: skip


def _head(answer: AnswerFile) -> Page:
    crumbs = [Crumb(_("Channels and reconciliation")), Crumb(_("Bank withholding"), reverse("web:bank_batches"))]
    if answer.batch:
        crumbs.append(Crumb(answer.batch.number, reverse("web:bank_batch", args=[answer.batch.number])))
    return Page(
        title=_("Answer of the bank"),
        number=answer.file_name,
        facts=[formats.moment(answer.brought_at)],
        crumbs=crumbs,
        chips=[state_chip("bank.answer", answer.state)],
        menu_url=reverse("web:bank_batches"),
        help=[
            _("A file that is not whole is refused as it is: nobody knows what is missing in it."),
            _("Rows with a fault go back to the bank as a file; the others can be booked without them."),
            _("The same answer a second time changes nothing."),
        ],
    )
