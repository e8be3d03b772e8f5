"""What the statistics bring to the menu and the search box."""

from django.utils.translation import gettext_lazy as _

from dianke.application.statistics import RIGHT
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.search import Act, register_acts

register(MenuEntry(group="billing", label=_("Average prices"), url_name="web:average_prices", right=RIGHT, order=60))
register_acts(
    Act(_("Compare two periods"), "web:period_comparison", right=RIGHT, words="期间对比 同比 环比 period comparison")
)
