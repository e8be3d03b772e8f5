"""The frame's own entries of the menu."""

from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.navigation import MenuEntry, register

register(MenuEntry(group="work", label=_("My work"), url_name="web:home", order=10))
