"""What customers bring to the menu and the search box."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.customers.words  # noqa: F401 - enters the states
from dianke.application.listings.search import search_archive
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.search import Hit, SearchSource, register_source
from dianke.platform.identity.types import Actor

register(MenuEntry(group="customers", label=_("Customers"), url_name="web:customers", right="archive.view", order=10))


def _find_customers(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    page = search_archive(actor=actor, text=text, limit=limit)
    return [
        Hit(
            title=hit.customer.name,
            url=reverse("web:customer_account", args=[hit.account_numbers[0]]),
            number=hit.account_numbers[0],
            note=hit.address,
        )
        for hit in page.hits
        if hit.account_numbers
    ]


register_source(SearchSource(label=_("Customers"), find=_find_customers, right="archive.view", order=10))
