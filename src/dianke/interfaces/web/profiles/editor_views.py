"""The editor of tags: write a condition, see whom it fits, propose it; another person decides."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import profiles
from dianke.application.profiles.segments import NoRunYet
from dianke.application.profiles.tags import TagNotFound
from dianke.domain.profiles.operations.proposals import UnableToDecideTag
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.rules.catalogue import list_plain_facts
from dianke.domain.profiles.types import TagAct, TagState
from dianke.engine.tags.language import read_condition
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.profiles import words
from dianke.interfaces.web.profiles.conditions import form_values
from dianke.interfaces.web.profiles.previews import try_preview
from dianke.interfaces.web.profiles.proposals import may_see_proposal
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_VALIDITY = {"DAILY": 7, "WEEKLY": 14, "MONTHLY": 62}


@require_http_methods(["GET", "POST"])
@page_right(profiles.DEFINE)
def edit_tag(request: StaffRequest) -> HttpResponse:
    """Write a tag, see whom it fits, and propose it."""
    given = request.POST if request.method == "POST" else request.GET
    values: dict[str, Any] = form_values(request.actor, given, with_tags=False)
    found, refusal = try_preview(request.actor, values["condition"], facts=list_plain_facts())
    if request.method == "POST" and "propose" in request.POST and not refusal:
        try:
            proposal = profiles.propose_tag(
                actor=request.actor,
                code=given.get("code", "").strip().upper(),
                content=_read_content(given, values["condition"]),
                reason=given.get("reason", ""),
                at=SystemClock().now(),
            )
        except (PermissionRefused, NoRunYet):
            raise
        except DomainError as error:
            refusal = explain(error)
        else:
            return redirect("web:tag_proposal", proposal.pk)
    values |= {
        "page": Page(
            title=_("New tag"),
            crumbs=[Crumb(_("Tags of customers"), reverse("web:tags"))],
            menu_url=reverse("web:tags"),
            help=[
                _("Choose a fact, how it is compared and with what, and add it; or write the condition yourself."),
                _("It holds from the first run after another person approved it."),
            ],
        ),
        "preview": found,
        "refusal": refusal,
        "given": given,
        "families": words.FAMILIES.items(),
        "refreshes": words.REFRESHES.items(),
        "purposes": words.PURPOSES.items(),
        "consents": words.CONSENTS.items(),
    }
    return render(request, "profiles/editor.html", values, status=422 if request.method == "POST" and refusal else 200)


@require_GET
@page_right(profiles.VIEW)
def show_proposal(request: StaffRequest, proposal_id: int) -> HttpResponse:
    """Show what is proposed, whom it would fit, and let another person decide."""
    row = queries.filter_proposals(actor=request.actor).filter(pk=proposal_id).first()
    if row is None or not may_see_proposal(request.actor, row):
        raise Http404
    names = Names([row.proposed_by, row.decided_by])
    is_new = row.act == TagAct.NEW.value
    condition = read_condition(row.content["when"], facts=list_plain_facts()) if is_new else None
    found, _refusal = (
        try_preview(request.actor, row.content["when"], facts=list_plain_facts()) if is_new else (None, "")
    )
    values = {
        "page": Page(
            title=row.content.get("name", row.code),
            number=row.code,
            facts=[words.ACTS[row.act]],
            crumbs=[Crumb(_("Tags of customers"), reverse("web:tags"))],
            chips=[state_chip("profiles.tag", row.state)],
            menu_url=reverse("web:tags"),
        ),
        "row": row,
        "proposer": names.of(row.proposed_by),
        "decider": names.of(row.decided_by),
        "in_words": words.write_words(condition, tags={}) if condition is not None else "",
        "family": words.FAMILIES.get(row.content.get("family", ""), ""),
        "purpose": words.PURPOSES.get(row.content.get("purpose", ""), ""),
        "refresh": words.REFRESHES.get(row.content.get("refresh", ""), ""),
        "preview": found,
        "may_decide": row.state == TagState.PROPOSED.value
        and request.actor.may(profiles.APPROVE)
        and row.proposed_by != request.actor.login,
    }
    return render(request, "profiles/proposal.html", values)


@require_POST
@page_right(profiles.APPROVE)
def decide_proposal(request: StaffRequest, proposal_id: int) -> HttpResponse:
    """Approve or refuse what somebody else proposed."""
    row = queries.filter_proposals(actor=request.actor).filter(pk=proposal_id).first()
    if row is not None and not may_see_proposal(request.actor, row):
        raise Http404
    is_approved = request.POST.get("decision") == "approve"
    return carry_out(
        request,
        lambda: profiles.decide_tag(
            actor=request.actor,
            proposal_id=proposal_id,
            is_approved=is_approved,
            reason=request.POST.get("reason", ""),
            at=SystemClock().now(),
        ),
        done=_now("The tag is approved; it holds from the next run.") if is_approved else _now("The tag is refused."),
        back=reverse("web:tag_proposal", args=[proposal_id]),
        missing=UnableToDecideTag,
    )


@require_POST
@page_right(profiles.DEFINE)
def retire_tag(request: StaffRequest, code: str) -> HttpResponse:
    """Propose that a tag is computed no more."""
    return carry_out(
        request,
        lambda: profiles.propose_retirement(
            actor=request.actor, code=code, reason=request.POST.get("reason", ""), at=SystemClock().now()
        ),
        done=_now("The end of the tag is proposed; another person decides."),
        back=reverse("web:tags"),
        missing=TagNotFound,
    )


def _read_content(given: Any, condition: str) -> dict[str, Any]:
    refresh = given.get("refresh", "MONTHLY")
    refresh = refresh if refresh in _VALIDITY else "MONTHLY"
    family, purpose, consent = (given.get(name, "") for name in ("family", "purpose", "consent"))
    return {
        "name": " ".join(given.get("name", "").split())[:40],
        "about": given.get("about", "").strip()[:300],
        "family": family if family in words.FAMILIES else "SERVICE",
        "when": condition,
        "refresh": refresh,
        "validity_days": _VALIDITY[refresh],
        "purpose": purpose if purpose in words.PURPOSES else "SERVICE",
        "consent": consent if consent in words.CONSENTS else "",
    }
