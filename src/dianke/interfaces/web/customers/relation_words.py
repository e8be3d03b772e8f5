"""What relations of customers are called from either side."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.customers.rules.relations import MUTUAL
from dianke.domain.customers.types import RelationKind
from dianke.interfaces.web.components.page import Text

# As the form asks: what the other one is to this customer; "<" means that the other one stands first in the relation.
SIDES: dict[str, Text] = {
    "<PARENT": pgettext_lazy("relation, the other is", "parent firm"),
    ">PARENT": pgettext_lazy("relation, the other is", "subsidiary"),
    "SAME_GROUP": pgettext_lazy("relation, the other is", "member of the same group"),
    "SAME_OWNER": pgettext_lazy("relation, the other is", "firm of the same owner"),
    "SAME_CONTROLLER": pgettext_lazy("relation, the other is", "firm of the same controller"),
    "<LANDLORD": pgettext_lazy("relation, the other is", "landlord"),
    ">LANDLORD": pgettext_lazy("relation, the other is", "tenant"),
    "<GUARANTOR": pgettext_lazy("relation, the other is", "guarantor"),
    ">GUARANTOR": pgettext_lazy("relation, the other is", "guaranteed by it"),
    "<SUPPLIER": pgettext_lazy("relation, the other is", "supplier"),
    ">SUPPLIER": pgettext_lazy("relation, the other is", "supplied by it"),
}

MANAGER: Text = _("Account manager")
KINDS: dict[str, Text] = {
    "PARENT": pgettext_lazy("relation", "holds"),
    "LANDLORD": pgettext_lazy("relation", "lets to"),
    "GUARANTOR": pgettext_lazy("relation", "guarantees"),
    "SUPPLIER": pgettext_lazy("relation", "supplies"),
    "SAME_GROUP": pgettext_lazy("relation", "same group"),
    "SAME_OWNER": pgettext_lazy("relation", "same owner"),
    "SAME_CONTROLLER": pgettext_lazy("relation", "same controller"),
}
ANOTHER_UNIT = _("a customer of another unit")

# Refusals of the domain, so that the catalogue knows them.
REASONS = (
    _("nobody stands to themselves"),
    _("only a parent has a share"),
    _("a share lies between 0 and 100 percent"),
    _("it stands already in that time"),
    _("a firm would become its own parent"),
    _("the day lies outside its time"),
    _("the birthday lies ahead"),
    _("quiet hours begin and end"),
    _("only own supply starts, is interlocked and is tested on load"),
)


def name_other(*, kind: str, other_is_first: bool) -> Text:
    """Return what the other end of a relation is to a customer."""
    if RelationKind(kind) in MUTUAL:
        return SIDES[kind]
    return SIDES[f"{'<' if other_is_first else '>'}{kind}"]
