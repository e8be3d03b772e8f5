"""Templates of contracts: which hold, their clauses, proposals of the utility's own and their decision."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import contracts
from dianke.application.contracts.orders import VIEW
from dianke.application.contracts.templates import APPROVE_TEMPLATES, PROPOSE_TEMPLATES
from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractTemplate
from dianke.domain.contracts.queries import TemplateUnknown
from dianke.domain.contracts.rules.templates import Template, list_parameters, read_template
from dianke.domain.contracts.rules.versions import compare
from dianke.domain.contracts.types import ChangeKind, Clause, ContractKind, TemplateState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import decide
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.contracts import words
from dianke.interfaces.web.contracts.lists import get_today
from dianke.interfaces.web.contracts.template_forms import make_forms, read_content
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused


@require_GET
@page_right(VIEW)
def list_templates(request: StaffRequest) -> HttpResponse:
    """List the template of each kind that holds today, and every one of the utility's own."""
    own = queries.list_templates(actor=request.actor)
    names = Names([*(one.proposed_by for one in own), *(one.decided_by for one in own if one.decided_by)])
    values = {
        "page": Page(
            title=_("Templates of contracts"),
            crumbs=[Crumb(_("Supply contracts"), reverse("web:contracts"))],
            menu_url=reverse("web:contracts"),
            help=[
                _("Contracts are drafted from the template of their kind that holds on the day they begin."),
                _("One person proposes a template from a day that has not come, another approves it."),
            ],
        ),
        "held": [(one, words.KINDS[one.kind.value], one.code in _codes_of(own)) for one in _list_held(request)],
        "own": [
            (one, words.KINDS[one.kind], state_chip("contracts.template", one.state), names.of(one.proposed_by),
             names.of(one.decided_by) if one.decided_by else "")
            for one in own
        ],
        "may_propose": request.actor.may(PROPOSE_TEMPLATES),
    }  # fmt: skip
    return render(request, "contracts/templates.html", values)


@require_GET
@page_right(VIEW)
def show_template(request: StaffRequest, kind: str) -> HttpResponse:
    """Show the template of a kind that holds today, clause by clause."""
    template = _find_held(request, kind)
    values = {
        "page": _head(words.KINDS[kind], template),
        "template": template,
        "kind": kind,
        "clauses": _mark_gaps(template),
        "required": [list_parameters()[name].label for name in template.required],
        "may_propose": request.actor.may(PROPOSE_TEMPLATES),
    }
    return render(request, "contracts/template.html", values)


@require_http_methods(["GET", "POST"])
@page_right(PROPOSE_TEMPLATES)
def propose_template(request: StaffRequest, kind: str) -> HttpResponse:
    """Propose the template of a kind anew, beginning with the one that holds."""
    template = _find_held(request, kind)
    head, clauses = make_forms(request.POST or None, template, get_today())
    if request.method == "POST" and head.is_valid() and clauses.is_valid():
        content = read_content(kind, head, clauses)
        try:
            row = contracts.propose_template(
                actor=request.actor, content=content, note=head.cleaned_data["note"], at=SystemClock().now()
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            head.add_error(refusal.field if refusal.field in head.fields else None, explain(refusal))
        else:
            messages.success(request, _now("The template is proposed; another person decides."))
            return redirect("web:contract_template_proposal", key=row.pk)
    values = {
        "page": _head(
            words.KINDS[kind], template, Crumb(template.title, reverse("web:contract_template", args=[kind]))
        ),
        "head": head,
        "clauses": clauses,
        "parameters": [(name, one.label) for name, one in list_parameters().items()],
        "kind": kind,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "contracts/template_form.html", values, status=status)


@require_GET
@page_right(VIEW)
def show_proposal(request: StaffRequest, key: int) -> HttpResponse:
    """Show a template of the utility's own beside the one that holds without it."""
    row = _get_row(request, key)
    template = read_template(row.content)
    before = _find_held(request, row.kind, without=template.code)
    changes = compare(_plain(before), _plain(template))
    actor, names = request.actor, Names([row.proposed_by, *([row.decided_by] if row.decided_by else [])])
    is_open = row.state == TemplateState.PROPOSED.value
    values: dict[str, Any] = {
        "page": _head(words.KINDS[row.kind], template, row=row),
        "row": row,
        "template": template,
        "before": before,
        "changes": [(one, state_chip("contracts.change", one.kind.value, quiet=True)) for one in changes],
        "changed": sum(one.kind != ChangeKind.SAME for one in changes),
        "proposer": names.of(row.proposed_by),
        "decider": names.of(row.decided_by) if row.decided_by else "",
        "was_refused": row.state == TemplateState.REFUSED.value,
        "may_decide": is_open and actor.may(APPROVE_TEMPLATES) and actor.login != row.proposed_by,
        "approve_hidden": {"decision": "approve"},
        "refuse_hidden": {"decision": "refuse"},
    }
    return render(request, "contracts/template_proposal.html", values)


@require_POST
@page_right(APPROVE_TEMPLATES)
def decide_template(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse a template that another person proposed."""
    return decide(
        request,
        approve=contracts.approve_template,
        refuse=contracts.refuse_template,
        approved=_now("Approved; contracts that begin on its day or later are drafted from it."),
        back=reverse("web:contract_template_proposal", args=[key]),
        missing=TemplateUnknown,
        key=key,
    )


def _list_held(request: StaffRequest) -> list[Template]:
    today = get_today()
    return [queries.find_template(actor=request.actor, kind=kind, on=today) for kind in ContractKind]


def _find_held(request: StaffRequest, kind: str, *, without: str = "") -> Template:
    if kind not in words.KINDS:
        raise Http404
    return queries.find_template(actor=request.actor, kind=ContractKind(kind), on=get_today(), without=without)


def _get_row(request: StaffRequest, key: int) -> ContractTemplate:
    try:
        return queries.get_template(actor=request.actor, key=key)
    except TemplateUnknown as unknown:
        raise Http404 from unknown


def _codes_of(own: list[ContractTemplate]) -> set[str]:
    approved = [one for one in own if one.state == TemplateState.APPROVED.value]
    return {read_template(one.content).code for one in approved}


def _mark_gaps(template: Template) -> list[tuple[Any, Clause]]:
    """Return each clause with its text, the names of parameters in it replaced by what they are called."""
    labels = {name: f"〔{one.label}〕" for name, one in list_parameters().items()}
    return [(one, Clause(one.code, one.heading, one.text.format_map(labels), one.basis)) for one in template.clauses]


def _plain(template: Template) -> list[Clause]:
    return [clause for _one, clause in _mark_gaps(template)]


def _head(kind: Text, template: Template, *more: Crumb, row: ContractTemplate | None = None) -> Page:
    return Page(
        title=template.title,
        number=template.code,
        facts=[kind],
        chips=[state_chip("contracts.template", row.state)] if row else [],
        crumbs=[
            Crumb(_("Supply contracts"), reverse("web:contracts")),
            Crumb(_("Templates of contracts"), reverse("web:contract_templates")),
            *more,
        ],
        menu_url=reverse("web:contracts"),
    )
