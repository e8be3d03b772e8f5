"""Reads of templates: what the product brings and what the utility approved of its own."""

from datetime import date

from dianke.domain.contracts.models import ContractTemplate
from dianke.domain.contracts.rules import templates as rules
from dianke.domain.contracts.rules.templates import Template, TemplateUnreadable
from dianke.domain.contracts.types import ContractKind, TemplateState
from dianke.platform.org.scoping import Scope


def list_templates(*, actor: Scope) -> list[ContractTemplate]:
    """Return the utility's own templates, the latest first."""
    return list(ContractTemplate.objects.for_actor(actor).order_by("-id"))


def get_proposal(*, actor: Scope, key: int) -> ContractTemplate:
    """
    Return a template of the utility, locked.

    :raises TemplateUnreadable: if there is none
    """
    found: ContractTemplate | None = (
        ContractTemplate.objects.for_actor(actor).select_for_update().filter(pk=key).first()
    )
    if found is None:
        raise TemplateUnreadable(field="template", reason=f"there is no template {key}")
    return found


def find_template(*, actor: Scope, kind: ContractKind, on: date) -> Template:
    """
    Return the template of a kind in force on a day: the latest, and of one day the utility's own.

    :raises TemplateUnreadable: if none is
    """
    own = ContractTemplate.objects.for_actor(actor).filter(kind=kind.value, state=TemplateState.APPROVED.value)
    known = [*rules.list_house_templates(), *(rules.read_template(one.content) for one in own.order_by("id"))]
    return rules.find_template(known, kind=kind, on=on)
