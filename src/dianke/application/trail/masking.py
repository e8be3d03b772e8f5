"""What the trail holds of accusations against customers, and is masked from who may not see such facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dianke.application.trail.values import FieldChange
from dianke.platform.identity.types import Actor

HIDDEN = "•••"
_SENSITIVE, _VIEW = "credit.see_sensitive", "trail.view"
# Of what kind a fact is does not stand in every change of it: so all facts about customers are masked alike.
_FIELDS: Mapping[str, frozenset[str]] = {
    "credit.customerfact": frozenset(
        {"type", "on_date", "until_date", "value", "note", "decision_reason", "withdrawal_reason"}
    ),
    "watching.watchentry": frozenset({"reasons"}),
}
_ACTS = "credit.facts."
_ARGUMENTS = frozenset({"type", "on_date", "until_date", "value", "note"})


def sees_accusations(actor: Actor) -> bool:
    """Return whether the reader sees what accuses wherever they see the trail."""
    return actor.covers(_SENSITIVE, _VIEW)


def hides(model_label: str) -> bool:
    """Return whether rows of a table may accuse."""
    return model_label in _FIELDS


def hide_fields(model_label: str, fields: Sequence[FieldChange]) -> tuple[FieldChange, ...]:
    """Return the fields of a change with masks over those that may accuse: which changed is told, not to what."""
    hidden = _FIELDS.get(model_label, frozenset())
    return tuple(
        replace(one, before=one.before and HIDDEN, after=one.after and HIDDEN, is_personal=True)
        if one.name in hidden
        else one
        for one in fields
    )


def hide_facts(use_case: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return on what an act worked without what a fact about a customer says."""
    if not is_accusing(use_case):
        return dict(facts)
    return {name: HIDDEN if name in _ARGUMENTS and value else value for name, value in facts.items()}


def is_accusing(use_case: str) -> bool:
    """Return whether an act may speak of an accusation, in its arguments and its reason."""
    return use_case.startswith(_ACTS)
