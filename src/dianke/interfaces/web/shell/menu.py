"""The frame's own entries of the menu, and what can be begun and found from the search box everywhere."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.search import Act, Hit, SearchSource, register_acts, register_source
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

register(MenuEntry(group="work", label=_("My work"), url_name="web:home", order=10))
register_acts(
    Act(_("Enter a customer"), "web:customer_enter", right="archive.enter", words="新增客户 新户 new customer"),
    Act(_("Load a file"), "web:import_new", right="imports.load", words="批量导入 import"),
    Act(_("Propose a tariff version"), "web:tariff_propose", right="tariffs.propose", words="电价 price sheet"),
    Act(_("Add a person"), "web:staff_add", right="staff.manage", words="新增人员 staff"),
    Act(_("Change my password"), "web:password_change", words="改密码 password"),
)


def _find_units(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    wanted = text.casefold()
    units = [unit for unit in org.list_units(actor=actor) if wanted in f"{unit.code} {unit.name}".casefold()]
    address = reverse("web:units")
    return [Hit(title=unit.name, number=unit.code, url=f"{address}#unit-{unit.code}") for unit in units[:limit]]


register_source(SearchSource(label=_("Units"), find=_find_units, right="org.manage", order=85))
