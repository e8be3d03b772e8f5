"""One version of a contract: what comes next, its words, its signatures, its paper; and two versions side by side."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import contracts
from dianke.application.contracts.orders import APPROVE, DRAFT, FILE, VIEW
from dianke.application.contracts.reading import read_words, sees_whole
from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractSignature, ContractVersion
from dianke.domain.contracts.queries import ContractUnknown
from dianke.domain.contracts.rules.templates import list_missing, list_parameters
from dianke.domain.contracts.rules.versions import compare, may_become
from dianke.domain.contracts.types import HOLDING, ChangeKind, ContractKind, Party, VersionState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing.words import BASIC_MODES
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.papers import send_paper
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.contracts import words
from dianke.interfaces.web.contracts.lists import draw_version, get_today
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.masks import mask_name
from dianke.platform.documents.operations import DocumentMissing
from dianke.platform.documents.typesetting import FontMissing

_OPEN = (VersionState.DRAFT.value, VersionState.REFUSED.value)


@require_GET
@page_right(VIEW)
def show_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Show a version of a contract, what it lacks and what may be done with it."""
    version, today = _find(request, key), get_today()
    versions = queries.list_versions(actor=request.actor, contract_id=version.contract_id)
    signatures = queries.list_signatures(actor=request.actor, version=version)
    names = Names(_list_logins(versions, signatures))
    signed = {one.party for one in signatures}
    parameters, clauses = read_words(actor=request.actor, version=version)
    is_whole = sees_whole(actor=request.actor, version=version)
    hide = str if is_whole else mask_name
    values: dict[str, Any] = {
        "page": _head(version, today),
        "version": version,
        "next": words.NEXT[version.state],
        "missing": _list_missing(request, version),
        "facts": _list_facts(parameters),
        "clauses": clauses,
        "versions": [(one, draw_version(one, today), names.of(one.drafted_by)) for one in versions],
        "signatures": [
            (one, words.PARTIES[one.party], words.WAYS[one.way], names.of(one.recorded_by), hide(one.signer))
            for one in signatures
        ],
        "is_whole": is_whole,
        "offers_simulated": settings.SIMULATED_SIGNER,
        "unsigned": [(party.value, words.PARTIES[party.value]) for party in Party if party.value not in signed],
        "drafter": names.of(version.drafted_by),
        "proposer": names.of(version.proposed_by),
        "decider": names.of(version.decided_by),
        "filer": names.of(version.filed_by),
        "ender": names.of(version.ended_by),
        "was_refused": version.state == VersionState.REFUSED.value,
        "approve_hidden": {"decision": "approve"},
        "refuse_hidden": {"decision": "refuse"},
        **_list_rights(request, version, today),
    }
    return render(request, "contracts/contract.html", values)


@require_GET
@page_right(VIEW)
def compare_versions(request: StaffRequest, key: int) -> HttpResponse:
    """Show a version beside another one of its contract: the one before, or the one chosen."""
    version, today = _find(request, key), get_today()
    others = queries.list_versions(actor=request.actor, contract_id=version.contract_id)
    others = [one for one in others if one.pk != version.pk]
    chosen = [one for one in others if str(one.pk) == request.GET.get("with")]
    before = next(iter(chosen or [one for one in others if one.number < version.number] or others), None)
    words_of = partial(read_words, actor=request.actor)
    changes = compare(words_of(version=before)[1], words_of(version=version)[1]) if before else []
    values = {
        "page": _head(version, today, Crumb(str(version), reverse("web:contract", args=[key]))),
        "version": version,
        "before": before,
        "others": others,
        "changes": [(one, state_chip("contracts.change", one.kind.value, quiet=True)) for one in changes],
        "changed": sum(one.kind != ChangeKind.SAME for one in changes),
    }
    return render(request, "contracts/compare.html", values)


@require_GET
@page_right(VIEW)
def show_paper(request: StaffRequest, key: int) -> HttpResponse:
    """Give a version out as PDF."""
    version = _find(request, key)
    try:
        content = contracts.write_contract(actor=request.actor, key=key)
    except FontMissing as fault:
        messages.error(request, explain(fault))
        return redirect("web:contract", key=key)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{version.contract.number}-{version.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
@page_right(VIEW)
def show_copy(request: StaffRequest, key: int) -> HttpResponse:
    """Give the file of a signature out, which `signature` names."""
    version, named = _find(request, key), request.GET.get("signature", "")
    signatures = queries.list_signatures(actor=request.actor, version=version)
    found = next((one for one in signatures if str(one.pk) == named), None)
    if found is None:
        raise Http404
    try:
        content = contracts.open_signed_copy(actor=request.actor, key=key, signature_key=found.pk)
    except DocumentMissing as missing:
        raise Http404 from missing
    return send_paper(request, found.document, content)


def _find(request: StaffRequest, key: int) -> ContractVersion:
    try:
        return queries.get_version(actor=request.actor.within(VIEW), key=key)
    except ContractUnknown as unknown:
        raise Http404 from unknown


def _list_logins(versions: list[ContractVersion], signatures: list[ContractSignature]) -> list[str]:
    people = [
        (one.drafted_by, one.proposed_by, one.decided_by, one.filed_by, one.ended_by) for one in versions
    ]  # fmt: skip
    return [login for some in people for login in some if login] + [one.recorded_by for one in signatures]


def _list_missing(request: StaffRequest, version: ContractVersion) -> list[str]:
    """Return the labels of what is to be filled before it is proposed."""
    if version.state not in _OPEN:
        return []
    kind, code = ContractKind(version.kind), version.template
    template = queries.find_template_of(actor=request.actor, kind=kind, code=code)
    return [list_parameters()[name].label for name in list_missing(template, version.parameters)]


def _list_facts(parameters: Mapping[str, str]) -> dict[str, Any]:
    held = {name: parameters.get(name, "") for name in list_parameters()}
    modes = {"basic_mode": BASIC_MODES.get(held["basic_mode"], held["basic_mode"])}
    return {list_parameters()[name].label: value for name, value in {**held, **modes}.items() if value}


def _list_rights(request: StaffRequest, version: ContractVersion, today: date) -> dict[str, bool]:
    actor, path, state = request.actor, version.unit.path, VersionState(version.state)
    may_draft, may_approve = actor.may(DRAFT, path), actor.may(APPROVE, path)
    holds = state in HOLDING and (version.period.upper is None or version.period.upper > today)
    is_own = actor.login in (version.drafted_by, version.proposed_by)
    return {
        "may_change": state.value in _OPEN and may_draft,
        "may_propose": state == VersionState.DRAFT and may_draft,
        "may_decide": state == VersionState.PROPOSED and may_approve and not is_own,
        "may_withdraw": may_become(state, VersionState.WITHDRAWN) and may_draft,
        "may_sign": state == VersionState.APPROVED and actor.may(FILE, path),
        "may_file": state == VersionState.SIGNED and actor.may(FILE, path),
        "may_renew": state in HOLDING and version.period.upper is not None and may_draft,
        "may_end": holds and may_approve,
    }


def _head(version: ContractVersion, today: date, *more: Crumb) -> Page:
    account = version.account
    return Page(
        title=version.title,
        number=str(version),
        facts=[account.number, version.unit.name],
        chips=[draw_version(version, today)],
        crumbs=[Crumb(_("Supply contracts"), reverse("web:contracts")), *more],
        menu_url=reverse("web:contracts"),
        help=[
            _now("One person drafts and proposes, another approves; both parties sign, then it holds and is filed."),
            _now("From approval on nobody changes its words: what is to change is a new version."),
        ],
    )
