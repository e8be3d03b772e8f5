"""Files of days of gateways and agents: handed in, checked whole, an agent's booked."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import acquirers
from dianke.application.acquirers.files import MOST_BYTES
from dianke.domain.channels.models import CollectionFile
from dianke.domain.channels.queries import acquirers as parties
from dianke.domain.channels.queries import collections as queries
from dianke.domain.channels.rules.collections import FileState
from dianke.domain.receivables.types import Channel
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.bank import fault_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.online import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import PermissionRefused


@require_GET
@page_right(acquirers.VIEW)
def list_files(request: StaffRequest) -> HttpResponse:
    """List files of days, newest first."""
    values = {
        "may_bring": request.actor.may(acquirers.RECONCILE),
        "acquirers": [one for one in parties.list_acquirers(actor=request.actor) if not one.is_terminal],
    }
    return render_list(request, FILES, template="online/files.html", values=values)


@require_POST
@page_right(acquirers.RECONCILE)
def bring_file(request: StaffRequest) -> HttpResponse:
    """Take a file in and check it whole."""
    upload = request.FILES.get("file")
    content = upload.read(MOST_BYTES + 1) if upload else b""
    if upload is None or len(content) > MOST_BYTES:
        messages.error(request, _now("Choose a file of at most 8 MiB."))
        return redirect("web:collection_files")
    try:
        file = acquirers.bring_file(
            actor=request.actor,
            code=str(request.POST.get("acquirer", "")),
            file_name=upload.name or "",
            content=content,
            at=SystemClock().now(),
            data_dir=settings.DATA_DIR,
        )
    except PermissionRefused:
        raise
    except parties.AcquirerUnknown as unknown:
        raise Http404 from unknown
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:collection_files")
    return redirect("web:collection_file", file.pk)


@require_GET
@page_right(acquirers.VIEW)
def show_file(request: StaffRequest, key: int) -> HttpResponse:
    """Show what a file holds, what is wrong with it and what became of its lines."""
    file = _find(request, key)
    page = page_by_key(queries.filter_lines(actor=request.actor, file=file), order=["serial"],
                       at=request.GET.get("at", ""))  # fmt: skip
    is_agent = file.acquirer.channel is Channel.AGENT
    may_work = request.actor.may(acquirers.RECONCILE)
    values = {
        "page": _head(file),
        "file": file,
        "figures": _list_figures(file),
        "faults": [fault_words.describe_fault(one) for one in file.file_faults],
        "is_refused": file.state == FileState.REFUSED.value,
        "paged": page,
        "lines": [
            {"line": one, "chip": state_chip("online.line", one.state), "way": words.WAYS[one.way]}
            for one in page.rows
        ],
        "brought_by": Names([file.brought_by]).of(file.brought_by),
        "is_agent": is_agent,
        "may_book": is_agent and may_work and file.state == FileState.CHECKED.value,
        "may_compare": may_work and file.state != FileState.REFUSED.value and (
            not is_agent or file.state == FileState.BOOKED.value
        ),
    }  # fmt: skip
    return render(request, "online/file.html", values)


@require_POST
@page_right(acquirers.RECONCILE)
def book_file(request: StaffRequest, key: int) -> HttpResponse:
    """Book the good lines of an agent's file."""
    _find(request, key)

    def tell(booked: Any) -> str:
        return _now("%(count)s lines are booked.") % {"count": f"{booked.booked_count:,}"}

    return carry_out(
        request,
        lambda: acquirers.book_file(actor=request.actor, key=key, at=SystemClock().now()),
        done=tell,
        back=reverse("web:collection_file", args=[key]),
        explain=explain,
    )


def _list_figures(file: CollectionFile) -> list[Figure]:
    return [
        Figure(caption=_now("Rows"), value=f"{file.row_count:,}",
               context=_now("%(count)s bad") % {"count": f"{file.bad_row_count:,}"} if file.bad_row_count else ""),
        Figure(caption=_now("Came less went back (yuan)"), value=formats.fen(file.amount_fen)),
        Figure(caption=_now("Commission (yuan)"), value=formats.fen(file.fee_fen)),
        Figure(caption=_now("Booked lines"), value=f"{file.booked_count:,}",
               context=_now("%(count)s in suspense") % {"count": f"{file.suspense_count:,}"}
               if file.suspense_count else ""),
    ]  # fmt: skip


def _head(file: CollectionFile) -> Page:
    return Page(
        title=_now("File of %(name)s") % {"name": file.acquirer.name},
        number=file.day.isoformat() if file.day else "",
        facts=[file.file_name, formats.moment(file.brought_at)],
        crumbs=[
            Crumb(_("Channels and reconciliation")),
            Crumb(_("Files of gateways and agents"), reverse("web:collection_files")),
        ],
        chips=[state_chip("online.file", file.state)],
        menu_url=reverse("web:collection_files"),
        help=[
            _("A file that is not whole is refused as it is: nobody knows what is missing in it."),
            _("An agent's good lines are booked; who is not known by the user number goes to suspense."),
            _("A gateway's file is there to compare: its money is booked by call-backs."),
        ],
    )


def _find(request: StaffRequest, key: int) -> CollectionFile:
    file = queries.get_file(actor=request.actor, key=key)
    if file is None:
        raise Http404
    return file


FILES = register(
    ListSpec(
        name="online.files",
        title=_("Files of gateways and agents"),
        url_name="web:collection_files",
        right=acquirers.VIEW,
        crumbs=[Crumb(_("Channels and reconciliation"))],
        rows=lambda actor: queries.filter_files(actor=actor),
        row_url=lambda one: reverse("web:collection_file", args=[one.pk]),
        sort="-brought",
        columns=[
            Column("day", _("Day"), lambda one: one.day, css="n"),
            Column("state", _("State"), lambda one: state_chip("online.file", one.state)),
            Column("acquirer", _("Gateway or agent"), lambda one: one.acquirer.name, css="nw"),
            Column("rows", _("Rows"), lambda one: one.row_count, css="num"),
            Column("bad", _("Bad rows"), lambda one: one.bad_row_count, css="num"),
            Column("amount", _("Came less went back (yuan)"), lambda one: fen_to_yuan(one.amount_fen),
                   show=lambda one: formats.fen(one.amount_fen), css="num"),
            Column("fee", _("Commission (yuan)"), lambda one: fen_to_yuan(one.fee_fen),
                   show=lambda one: formats.fen(one.fee_fen), css="num"),
            Column("brought", _("Brought at"), lambda one: one.brought_at, order=("id",),
                   show=lambda one: formats.moment(one.brought_at), css="n"),
        ],
        filters=[
            ChoiceFilter("acquirer", _("Gateway or agent"),
                         lambda actor: [(one.code, one.name) for one in parties.list_acquirers(actor=actor)
                                        if not one.is_terminal],
                         lookup="acquirer__code"),
            ChoiceFilter("state", _("State"), [(one.value, state_label("online.file", one.value))
                                               for one in FileState]),
            DateRangeFilter("day", _("Day"), lookup="day"),
        ],
        count=lambda count: _now("%(count)s files") % {"count": count},
        empty_title=_("No file yet"),
        empty_text=_("Hand in the file that a gateway or agent wrote for a day."),
        empty_found_title=_("No file fits"),
        empty_found_text=_("Take a filter out to see more."),
        brief=("state", "acquirer", "amount"),
        export_name="acquirer-files",
    )
)  # fmt: skip
