"""The few tags that the head of a customer's page shows: those that change how one speaks with the customer."""

from datetime import timedelta
from typing import Any

from dianke.domain.profiles.models import CustomerTags
from dianke.domain.profiles.queries import tags as queries
from dianke.interfaces.web.components.page import Chip
from dianke.interfaces.web.customers.account_frame import Viewed, register_head_chips
from dianke.interfaces.web.profiles import words
from dianke.interfaces.web.profiles.tag_names import load_definitions
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

MOST = 6
# What is told first; of tags with several values only these.
_TELLING: tuple[tuple[str, frozenset[str], str], ...] = (
    ("DO_NOT_DISTURB", frozenset(), "warn"),
    ("NEEDS_CARE", frozenset(), "fact"),
    ("COMPLAINS_AGAIN", frozenset(), "bad"),
    ("RISK_WARNING", frozenset(), "warn"),
    ("PUNCTUALITY", frozenset({"MALICIOUS", "OFTEN_LATE"}), "warn"),
    ("LEAVING", frozenset({"HIGH", "MIDDLE"}), "warn"),
    ("CONTRACT_ENDS", frozenset({"OVER", "IN_30", "IN_90"}), "fact"),
    ("COMPLAINS", frozenset(), "fact"),
    ("OVER_CAPACITY", frozenset(), "warn"),
    ("POWER_FACTOR_LOW", frozenset(), "fact"),
    ("MAYBE_EMPTY", frozenset(), "fact"),
    ("TREND", frozenset({"FALLING_FAST", "GROWING_FAST"}), "fact"),
    ("IN_NEED", frozenset(), "fact"),
)
_KEY = -1
_ROWS = KeptStatements()


def list_chips(viewed: Viewed) -> list[Chip]:
    """Return the most telling tags of a customer that the reader's posts may see, six at most."""
    if not viewed.actor.may("profiles.view"):
        return []
    tags, figures = load_definitions()
    rows = _ROWS.ask_objects(actor=viewed.actor, write=_write, values={_KEY: viewed.customer.pk})
    if not rows:
        return []
    seen = [one for one in tags if viewed.actor.may(one.right, viewed.customer.unit.path)]
    held = {
        one.tag.code: one
        for one in queries.pick_held(rows[0], tags=seen, figures=figures)
        if one.as_of_date + timedelta(days=one.tag.validity_days) >= viewed.today
    }
    chips = []
    for code, wanted, shape in _TELLING:
        one = held.get(code)
        if one is not None and (not wanted or one.tag.values[one.value - 1].code in wanted):
            chips.append(Chip(shape, words.label_held(one.tag, one.value)))
    return chips[:MOST]


def _write(actor: Actor) -> Any:
    return CustomerTags.objects.for_actor(actor).filter(customer_id=_KEY)


register_head_chips(list_chips)
