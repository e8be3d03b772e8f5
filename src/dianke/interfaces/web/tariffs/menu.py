"""What tariffs bring to the menu and the search box."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.domain.tariffs import queries as tariffs
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.search import Hit, SearchSource, register_source
from dianke.platform.identity.types import Actor

register(
    MenuEntry(group="billing", label=_("Prices and rules"), url_name="web:tariffs", right="tariffs.view", order=40)
)


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
