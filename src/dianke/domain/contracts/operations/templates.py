"""Templates of a utility's own: proposed whole by one person, decided by another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dianke.domain.contracts.models import ContractTemplate
from dianke.domain.contracts.rules.templates import TemplateUnreadable, read_template
from dianke.domain.contracts.types import TemplateState
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor


def propose_template(
    *, actor: Actor, content: Mapping[str, Any], note: str, login: str, at: datetime
) -> ContractTemplate:
    """
    Propose a template, checked whole, from a day that has not come.

    :raises TemplateUnreadable: if it is not whole, begins in the past, or one of its kind waits already
    """
    template = read_template(content)
    if template.valid_from <= to_shanghai(at).date():
        raise TemplateUnreadable(field="valid_from", reason="it begins after today")
    same = ContractTemplate.objects.for_actor(actor).filter(kind=template.kind.value)
    if same.filter(state=TemplateState.PROPOSED.value).exists():
        raise TemplateUnreadable(field="kind", reason="a template of this kind waits for a decision")
    if same.filter(state=TemplateState.APPROVED.value, valid_from=template.valid_from).exists():
        raise TemplateUnreadable(field="valid_from", reason="a template of this kind begins on this day")
    row = ContractTemplate(
        kind=template.kind.value, valid_from=template.valid_from, content=template.as_content(),
        note=note.strip()[:400], proposed_by=login, proposed_at=at,
    )  # fmt: skip
    row.save()
    return row


def decide_template(
    *, template: ContractTemplate, is_approved: bool, login: str, at: datetime, reason: str = ""
) -> ContractTemplate:
    """
    Approve or refuse a template.

    :raises TemplateUnreadable: if it was decided already, or is refused without a reason
    """
    if template.state != TemplateState.PROPOSED.value:
        raise TemplateUnreadable(field="template", reason="it was decided already")
    if not is_approved and not reason.strip():
        raise TemplateUnreadable(field="reason", reason="give a reason")
    template.state = (TemplateState.APPROVED if is_approved else TemplateState.REFUSED).value
    template.decided_by, template.decided_at, template.decision_reason = login, at, reason.strip()[:400]
    template.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return template
