"""Relations of a customer as a picture: who stands around it, placed by step and always in the same place."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from django.urls import reverse

from dianke.domain.customers.models import AccountManagement, Contact, Customer
from dianke.domain.customers.queries.relations import Network
from dianke.domain.customers.types import RelationKind
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.customers import relation_words, words

_WIDTH, _HEIGHT = 640.0, 420.0
_RINGS = (0.0, 120.0, 175.0, 195.0)
_NAME = 9
_SHAPES = {
    "company": "M-13-10H13V10H-13Z",
    "office": "M-13 0-7-11H7L13 0 7 11H-7Z",
    "decides": "M0-12 12 0 0 12-12 0Z",
    "manager": "M0-12 12 9H-12Z",
}


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody in the picture; a shape without a path is a circle."""

    x: float
    y: float
    kind: str
    shape: str
    name: str
    title: str
    url: str

    @property
    def path(self) -> str:
        """Return the outline."""
        return _SHAPES.get(self.shape, "")


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two of them."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str
    name: Text

    @property
    def middle(self) -> tuple[float, float]:
        """Return where its name stands."""
        return round((self.x1 + self.x2) / 2, 1), round((self.y1 + self.y2) / 2 - 3, 1)


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture of relations."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    is_cut: bool
    width: float = _WIDTH
    height: float = _HEIGHT


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a group's tree."""

    depth: int
    name: str
    url: str
    share: int | None
    is_self: bool


def draw_graph(
    *, customer: Customer, network: Network, contacts: Sequence[Contact], manager: AccountManagement | None
) -> Graph | None:
    """Return a customer in the middle of those it stands to, people beside them; None where it stands alone."""
    people = _list_people(contacts, manager)
    if not network.relations and not people:
        return None
    children = _grow(network, customer.pk)
    places: dict[int, tuple[float, float]] = {customer.pk: (_WIDTH / 2, _HEIGHT / 2)}
    # People have the upper right part of the circle to themselves.
    free = 2 * pi * (1 - min(len(people), 6) / 16)
    _spread(children, customer.pk, places, start=0.0, wide=free, step=1)
    nodes = [_draw_customer(network, key, places[key], customer.pk) for key in network.steps if key in places]
    edges = [
        _draw_edge(places[one.customer_id], places[one.other_id], one.kind)
        for one in network.relations.values()
        if one.customer_id in places and one.other_id in places
    ]
    for index, (kind, name, role) in enumerate(people):
        place = _place(free + (2 * pi - free) * (index + 0.5) / len(people), _RINGS[1] * 0.8)
        nodes.append(Node(*place, kind, kind, _shorten(name), f"{name} · {role}", ""))
        edges.append(Edge(_WIDTH / 2, _HEIGHT / 2, *place, "person", role))
    return Graph(nodes, edges, network.is_cut)


def _list_people(contacts: Sequence[Contact], manager: AccountManagement | None) -> list[tuple[str, str, Text]]:
    """Return the shape, name and role of each person beside the customer, the account manager first."""
    found = [("manager", manager.manager.name, relation_words.MANAGER)] if manager else []
    return found + [
        ("decides" if one.is_decision_maker else "contact", one.name, words.ROLES.get(one.role, "")) for one in contacts
    ]


def list_tree(*, customer: Customer, network: Network) -> list[Line]:
    """Return the group of a customer as lines from the top down; nothing where it has neither parent nor child."""
    held: dict[int, list[tuple[int, int | None]]] = {}
    below: set[int] = set()
    for one in network.relations.values():
        if one.kind == RelationKind.PARENT.value:
            held.setdefault(one.customer_id, []).append((one.other_id, one.share_e4))
            below.add(one.other_id)
    lines: list[Line] = []
    waiting = [(top, 0, None) for top in sorted(set(held) - below, reverse=True)]
    seen: set[int] = set()
    while waiting:
        key, depth, share = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        found = network.customers.get(key)
        name = found.name if found else str(relation_words.ANOTHER_UNIT)
        url = reverse("web:customer", kwargs={"customer_number": found.number}) if found else ""
        lines.append(Line(depth, name, url, share, key == customer.pk))
        waiting += [(child, depth + 1, part) for child, part in sorted(held.get(key, ()), reverse=True)]  # type: ignore[misc]
    return lines


def _grow(network: Network, centre: int) -> dict[int, list[int]]:
    """Return who was reached from whom, each once."""
    children: dict[int, list[int]] = {}
    taken = {centre}
    for key in sorted(network.steps, key=lambda one: (network.steps[one], one)):
        for one in network.relations.values():
            if key not in {one.customer_id, one.other_id}:
                continue
            other = one.other_id if one.customer_id == key else one.customer_id
            if other not in taken and network.steps.get(other, 0) == network.steps[key] + 1:
                taken.add(other)
                children.setdefault(key, []).append(other)
    return children


def _spread(
    children: dict[int, list[int]],
    key: int,
    places: dict[int, tuple[float, float]],
    *,
    start: float,
    wide: float,
    step: int,
) -> None:
    """Give each child a part of its parent's angle, as wide as it has leaves."""
    whole = sum(_count_leaves(children, child) for child in children.get(key, ()))
    for child in children.get(key, ()):
        part = wide * _count_leaves(children, child) / whole
        places[child] = _place(start + part / 2, _RINGS[min(step, len(_RINGS) - 1)])
        _spread(children, child, places, start=start, wide=part, step=step + 1)
        start += part


def _count_leaves(children: dict[int, list[int]], key: int) -> int:
    return sum(_count_leaves(children, child) for child in children.get(key, ())) or 1


def _place(angle: float, ring: float) -> tuple[float, float]:
    # Wider than high, as the frame is.
    return round(_WIDTH / 2 + cos(angle) * ring * 1.45, 1), round(_HEIGHT / 2 + sin(angle) * ring, 1)


def _draw_customer(network: Network, key: int, place: tuple[float, float], centre: int) -> Node:
    found = network.customers.get(key)
    if found is None:
        return Node(*place, "hidden", "", "", str(relation_words.ANOTHER_UNIT), "")
    shape = {"COMPANY": "company", "GOVERNMENT": "office"}.get(found.kind, "")
    url = reverse("web:customer", kwargs={"customer_number": found.number})
    kind = "centre" if key == centre else "related"
    return Node(*place, kind, shape, _shorten(found.short_name or found.name), found.name, url)


def _draw_edge(one: tuple[float, float], two: tuple[float, float], kind: str) -> Edge:
    return Edge(*one, *two, kind.lower(), relation_words.KINDS[kind])


def _shorten(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
