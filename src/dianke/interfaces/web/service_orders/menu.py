"""What service orders bring to the menu, the search and the home."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.service_orders.due_list
import dianke.interfaces.web.service_orders.firm_views
import dianke.interfaces.web.service_orders.order_list
import dianke.interfaces.web.service_orders.promise_views  # noqa: F401 - enters the list
from dianke.application import service_orders
from dianke.application.service_orders.rights import list_rights, list_steps_of
from dianke.domain.service_orders.queries import escalations
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries import removals as queries_of_removals
from dianke.domain.service_orders.queries.batches import list_waiting_batches
from dianke.domain.service_orders.queries.temporaries import list_ending_temporaries
from dianke.domain.service_orders.types import OrderKind
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Hit, SearchSource, register_source
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.platform.identity.types import Actor

_MOST = 200

register(
    MenuEntry(
        group="service_orders", label=_("Orders"), url_name="web:service_orders", right=service_orders.VIEW, order=10
    )
)
register(
    MenuEntry(
        group="service_orders", label=_("Due list"), url_name="web:service_orders_due", right=service_orders.VIEW,
        order=15,
    )
)  # fmt: skip
register(
    MenuEntry(
        group="service_orders", label=_("Promises"), url_name="web:service_promises", right=service_orders.VIEW,
        order=20,
    )
)  # fmt: skip
register(
    MenuEntry(
        group="service_orders", label=_("Listed firms"), url_name="web:listed_firms", right=service_orders.VIEW,
        order=25,
    )
)  # fmt: skip


def _waiting_by(right: str) -> Callable[[Actor, datetime], Sequence[WorkItem]]:
    """Return what lists the steps that wait for whoever holds a right."""

    def list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
        steps = list_steps_of(right)
        rows = queries.list_waiting(actor=actor, right=right, steps=steps, limit=_MOST)
        return [*_list_batches(actor, right, steps)] + [
            WorkItem(
                kind=words.kind_of(one.order.kind),
                number=one.order.number,
                title=words.step_of(one.process_id, one.step),
                url=reverse("web:service_order", args=[one.order.number]),
                due_at=one.due_at or one.order.due_at,
                source=one.order.account.number,
            )
            for one in rows
        ]

    return list_work


def _list_batches(actor: Actor, right: str, steps: Sequence[str]) -> Sequence[WorkItem]:
    """Return the parts of batches that wait, a line for each step of a batch."""
    return [
        WorkItem(
            kind=words.kind_of(OrderKind.BATCH.value), number=one.number,
            title=words.step_of(one.process_id, one.step), url=reverse("web:service_batch", args=[one.number]),
            due_at=one.due_at, quantity=_now("%(count)s places") % {"count": f"{one.count:,}"},
        )
        for one in list_waiting_batches(actor=actor, right=right, steps=steps)
    ]  # fmt: skip


def _list_overdue_removals(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return temporary removals past the day agreed: the meter is asked for, or the account is closed."""
    today = to_shanghai(at).date()
    rows = queries_of_removals.list_overdue_removals(actor=actor, right=service_orders.ACCEPT, on=today, limit=_MOST)
    return [
        WorkItem(
            kind=words.kind_of(one.kind), number=one.number, title=_now("Meters still off after the time agreed"),
            url=reverse("web:service_order", args=[one.number]),
            due_at=at_midnight(one.ends_on) if one.ends_on else None, source=one.account.number,
        )
        for one in rows
    ]  # fmt: skip


def _list_ending_temporaries(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return temporary supplies whose end is near or past: they are closed, or applied for anew."""
    today = to_shanghai(at).date()
    rows = list_ending_temporaries(actor=actor, right=service_orders.ACCEPT, on=today, limit=_MOST)
    return [
        WorkItem(
            kind=words.kind_of(one.kind), number=one.number,
            title=_now("Temporary supply ends: close it or take a new application"),
            url=reverse("web:service_order", args=[one.number]),
            due_at=at_midnight(one.ends_on) if one.ends_on else None, source=one.account.number,
        )
        for one in rows
    ]  # fmt: skip


register_work(_list_overdue_removals, right=service_orders.ACCEPT)


def _list_broken_below(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return orders whose promise is broken, for whoever leads the unit above."""
    rows = escalations.list_broken_below(actor=actor, right=service_orders.MANAGE, at=at, limit=_MOST)
    return [
        WorkItem(
            kind=words.kind_of(one.kind), number=one.number,
            title=_now("A promise is broken at %(unit)s") % {"unit": one.unit.name},
            url=reverse("web:service_order", args=[one.number]), due_at=one.due_at, source=one.account.number,
        )
        for one in rows
    ]  # fmt: skip


register_work(_list_broken_below, right=service_orders.MANAGE)
register_work(_list_ending_temporaries, right=service_orders.ACCEPT)

for _right in list_rights():
    register_work(_waiting_by(_right), right=_right)


def _find_orders(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    """Return orders whose number begins with the text."""
    if len(text) < 4 or not text.upper().startswith("YK-"):
        return []
    rows = queries.filter_orders(actor=actor).filter(number__startswith=text.upper()).order_by("-number")
    return [
        Hit(title=words.kind_of(one.kind), url=reverse("web:service_order", args=[one.number]), number=one.number)
        for one in rows[:limit]
    ]


register_source(SearchSource(_("Orders"), _find_orders, right=service_orders.VIEW, order=40))
