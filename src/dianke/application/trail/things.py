"""Things that the trail is searched by: what a number names, within the actor's units."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps

from dianke.application.trail.look_up import VIEW, Reach
from dianke.application.trail.values import name_row
from dianke.platform.identity.types import Actor

# The table and the column that people know its rows by.
_KNOWN_BY: tuple[tuple[str, str], ...] = (
    ("customers.customeraccount", "number"),
    ("customers.customer", "number"),
    ("customers.servicelocation", "code"),
    ("metering.usagepoint", "code"),
    ("metering.meterasset", "asset_number"),
    ("network.transformer", "code"),
    ("network.transformerarea", "code"),
    ("network.feeder", "code"),
    ("network.substation", "code"),
    ("tariffs.tariffplan", "code"),
    ("tariffs.tariffversion", "sheet_id"),
    ("billing.billrun", "number"),
    ("readings.readingroute", "code"),
    ("identity.staff", "login"),
    ("identity.post", "code"),
    ("org.unit", "code"),
)


@dataclass(frozen=True)
class Thing:
    """One thing: its table, its key, and what it is called."""

    model_label: str
    key: int
    title: str

    @property
    def reference(self) -> str:
        """Return the thing as an address writes it."""
        return f"{self.model_label}:{self.key}"


def find_things(*, actor: Actor, text: str, limit: int = 20) -> list[Thing]:
    """Return the things of the actor's units that a number, a code or a login names."""
    reach = Reach(actor.list_unit_paths(VIEW))
    found: list[Thing] = []
    for label, column in _KNOWN_BY:
        model: Any = apps.get_model(label)
        rows = model.objects.for_actor(reach).filter(**{column: text}).order_by("pk")[:limit]
        found += [Thing(label, row.pk, name_row(row)) for row in rows]
    return found[:limit]


def get_thing(*, actor: Actor, model_label: str, key: int) -> Thing | None:
    """Return the thing of a key; one that was removed meanwhile keeps its key as its name."""
    try:
        model: Any = apps.get_model(model_label)
    except (LookupError, ValueError):
        return None
    if not hasattr(model, "pgh_event_models"):
        return None
    reach = Reach(actor.list_unit_paths(VIEW))
    row = model.objects.for_actor(reach).filter(pk=key).first()
    return Thing(model_label, key, name_row(row) if row is not None else str(key))
