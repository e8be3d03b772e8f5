"""What trials bring to the menu."""

from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.trials.words  # noqa: F401 - enters the states
from dianke.application.trials import RIGHT
from dianke.interfaces.web.navigation import MenuEntry, register

register(MenuEntry(group="billing", label=_("Trials of prices"), url_name="web:trials", right=RIGHT, order=45))
