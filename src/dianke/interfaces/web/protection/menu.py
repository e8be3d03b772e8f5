"""What the protection of personal data brings to the menu."""

from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.protection.register_views import RIGHT

register(
    MenuEntry(
        group="administration", label=_("Who saw personal data"), url_name="web:unmaskings", right=RIGHT, order=60
    )
)
