"""Reads of templates: what the product brings and what the utility approved of its own."""

from datetime import date

from dianke.domain.contracts.models import ContractTemplate
from dianke.domain.contracts.rules import templates as rules
from dianke.domain.contracts.rules.templates import Template, TemplateUnreadable
from dianke.domain.contracts.types import ContractKind, TemplateState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class TemplateUnknown(DomainError):
    """The utility has no such template of its own."""

    code = "contracts.template_not_found"
    message = "there is no template {template}"


def list_templates(*, actor: Scope) -> list[ContractTemplate]:
    """Return the utility's own templates, the latest first."""
    return list(ContractTemplate.objects.for_actor(actor).order_by("-id"))


def get_template(*, actor: Scope, key: int, lock: bool = False) -> ContractTemplate:
    """
    Return a template of the utility's own, locked if asked.

    :raises TemplateUnknown: if there is none
    """
    rows = ContractTemplate.objects.for_actor(actor)
    found: ContractTemplate | None = (rows.select_for_update() if lock else rows).filter(pk=key).first()
    if found is None:
        raise TemplateUnknown(field="template", template=key)
    return found


def find_template(*, actor: Scope, kind: ContractKind, on: date, without: str = "") -> Template:
    """
    Return the template of a kind in force on a day: the latest, and of one day the utility's own.

    `without` leaves one out by its code, to see what holds where it does not.

    :raises TemplateUnreadable: if none is
    """
    known = [one for one in _list_known(actor, kind) if one.code != without]
    return rules.find_template(known, kind=kind, on=on)


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
