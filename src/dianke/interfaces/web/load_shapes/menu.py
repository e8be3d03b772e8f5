"""What load shapes bring to the menu."""

from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.load_shapes.member_list  # noqa: F401 - enters the list
from dianke.application import load_shapes
from dianke.interfaces.web.navigation import MenuEntry, register

register(
    MenuEntry(
        group="standing", label=_("Kinds of load curves"), url_name="web:load_shapes", right=load_shapes.VIEW, order=70
    ),
)
