"""What processes bring to the menu."""

from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.navigation import MenuEntry, register

register(MenuEntry(group="service_orders", label=_("Processes"), url_name="web:processes", order=90))
