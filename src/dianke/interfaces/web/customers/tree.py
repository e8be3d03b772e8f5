"""What supplies an account, as rows of a tree: account, point, meter, transformer, area, line (户-表-变-线)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.types import DIRECT, MeterNode, PointNode, SupplyTree, TransformerNode
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers import words


@dataclass(frozen=True)
class Node:
    """Something in the tree with what hangs below it."""

    kind: str
    name: str
    number: str
    details: Sequence[str] = ()
    chip: Chip | None = None
    since: date | None = None
    below: Sequence["Node"] = field(default=())


@dataclass(frozen=True)
class Row:
    """A node as drawn: the branches before it, then its kind."""

    branches: str
    kind: Text
    name: str
    number: str
    details: str
    chip: Chip | None
    since: date | None


def draw_tree(account: CustomerAccount, tree: SupplyTree) -> list[Row]:
    """Return the rows of an account's tree."""
    root = Node(
        kind="account",
        name=account.customer.name,
        number=account.number,
        details=[_("customer %(number)s") % {"number": account.customer.number}],
        chip=state_chip("account", account.status, quiet=True),
        since=account.opened_date,
        below=[_point(point) for point in tree.points],
    )
    return list(_rows(root, branches="", lead=""))


def _rows(node: Node, *, branches: str, lead: str) -> Iterable[Row]:
    yield Row(
        branches=branches,
        kind=words.NODES[node.kind],
        name=node.name,
        number=node.number,
        details=" · ".join(detail for detail in node.details if detail),
        chip=node.chip,
        since=node.since,
    )
    for at, child in enumerate(node.below):
        is_last = at == len(node.below) - 1
        yield from _rows(child, branches=f"{lead}{'└' if is_last else '├'}", lead=f"{lead}{'　' if is_last else '│'}")


def _point(point: PointNode) -> Node:
    side = str(billing_words.SIDES.get(point.metering_side, point.metering_side))
    parent = _("sub-meter of %(code)s") % {"code": point.parent_code} if point.parent_code else ""
    below = [_meter(point.meter)] if point.meter else []
    below += [_transformer(node) for node in point.transformers]
    if point.area:
        below.append(Node(kind="area", name=point.area.name, number=point.area.code))
    feeder = point.feeder
    substation = f"{feeder.substation.name} {billing_words.format_voltage(feeder.substation.voltage)}"
    voltage = billing_words.format_voltage(feeder.voltage)
    below.append(Node(kind="line", name=f"{voltage} {feeder.name}", number=feeder.code, details=[substation]))
    return Node(
        kind="point",
        name=point.address,
        number=point.code,
        details=[billing_words.format_voltage(point.voltage), side, parent],
        chip=state_chip("usage_point", point.status, quiet=True),
        below=below,
    )


def _meter(meter: MeterNode) -> Node:
    ratios = [f"{name} {ratio}" for name, ratio in (("CT", meter.ct), ("PT", meter.pt)) if ratio != DIRECT]
    return Node(
        kind="meter",
        name=meter.model or _("meter"),
        number=meter.asset_number,
        details=[_("multiplier %(value)s") % {"value": _plain(meter.multiplier)}, *ratios],
        since=meter.since_date,
    )


def _transformer(node: TransformerNode) -> Node:
    interlock = _("interlocked %(group)s") % {"group": node.interlock_group} if node.interlock_group else ""
    return Node(
        kind="transformer",
        name=node.name,
        number=node.code,
        details=[f"{_plain(node.capacity_kva)} kVA", _("own") if node.is_own else _("public"), interlock],
        chip=state_chip("transformer", node.state, quiet=True) if node.state else None,
        since=node.since_date,
    )


def _plain(value: formats.Number) -> str:
    return f"{value:,f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:,}"
