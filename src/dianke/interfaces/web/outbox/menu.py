"""What messages out bring to the menu."""

from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.outbox.message_list  # noqa: F401 - enters the list
from dianke.application import outbox
from dianke.interfaces.web.navigation import MenuEntry, register

register(
    MenuEntry(group="queries", label=_("Messages sent"), url_name="web:messages", right=outbox.VIEW, order=80),
)
