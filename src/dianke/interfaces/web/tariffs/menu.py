"""What tariffs bring to the menu and the search box."""

from collections.abc import Sequence
from datetime import datetime, time

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.domain.tariffs import queries as tariffs
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Hit, SearchSource, register_source
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

register(
    MenuEntry(group="billing", label=_("Prices and rules"), url_name="web:tariffs", right="tariffs.view", order=40)
)


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the proposals of others that the reader may decide."""
    proposals = [one for one in tariffs.list_proposals(actor=actor) if one.proposed_by != actor.login]
    names = Names(version.proposed_by for version in proposals)
    return [
        WorkItem(
            kind=_("Prices to approve"),
            number=version.sheet_id,
            title=version.plan_name,
            url=reverse("web:tariff_version", args=[version.id]),
            # Prices must be decided before their first day.
            due_at=datetime.combine(version.start, time.min, tzinfo=SHANGHAI),
            source=names.of(version.proposed_by),
        )
        for version in proposals
    ]


register_work(_list_work, right="tariffs.approve")


def _find_plans(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    wanted = text.casefold()
    plans = [
        plan
        for plan in tariffs.list_plans(actor=actor)
        if wanted in f"{plan.code} {plan.name} {plan.region}".casefold()
    ]
    return [
        Hit(title=plan.name, url=reverse("web:tariff_plan", args=[plan.code]), number=plan.code, note=plan.region)
        for plan in plans[:limit]
    ]


register_source(SearchSource(label=_("Tariff plans"), find=_find_plans, right="tariffs.view", order=60))
