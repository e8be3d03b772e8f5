"""What of a credit score accuses, and who sees it: kinds of facts, and items that such facts alone move."""

from dianke.domain.credit.rules.policy import Policy
from dianke.domain.credit.types import SENSITIVE_TYPES, CreditKind
from dianke.platform.identity.types import Actor

_SENSITIVE, _VIEW = "credit.see_sensitive", "credit.view"


def is_masked(actor: Actor, type_: str, unit_path: str) -> bool:
    """Return whether a type of fact is masked for the reader at the unit of the customer."""
    return type_ in SENSITIVE_TYPES and not actor.may(_SENSITIVE, unit_path)


def sees_accusations_everywhere(actor: Actor) -> bool:
    """Return whether the reader sees what accuses wherever they see credit: else a list must not be asked by it."""
    return actor.covers(_SENSITIVE, _VIEW)


def list_accusing_items(policy: Policy, kind: CreditKind) -> frozenset[str]:
    """Return the items that nothing moves but facts that accuse: their points say as much as the facts."""
    return frozenset(
        item.code
        for item in policy.items[kind]
        if (rows := policy.list_rows(item)) and all(SENSITIVE_TYPES.issuperset(row.facts) for row in rows)
    )
