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
    return rules.find_template(_list_known(actor, kind), kind=kind, on=on)


def find_template_of(*, actor: Scope, kind: ContractKind, code: str) -> Template:
    """
    Return the template that a version was made of, by the code it remembers, whatever came into force since.

    :raises TemplateUnreadable: if there is none
    """
    found = [one for one in _list_known(actor, kind) if one.code == code]
    if not found:
        raise TemplateUnreadable(field="template", reason=f"there is no template {code}")
    return found[-1]


def _list_known(actor: Scope, kind: ContractKind) -> list[Template]:
    own = ContractTemplate.objects.for_actor(actor).filter(kind=kind.value, state=TemplateState.APPROVED.value)
    return [*rules.list_house_templates(), *(rules.read_template(one.content) for one in own.order_by("id"))]
