"""What customers bring to the menu and the search box."""

import hashlib
from collections.abc import Sequence

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.customers.archive_menu
import dianke.interfaces.web.customers.words  # noqa: F401 - enters the states
from dianke.application.listings import accounts as listings
from dianke.application.listings.search import search_archive
from dianke.domain.customers.rules import fold_phone
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.home import register_figures
from dianke.interfaces.web.shell.search import Hit, SearchSource, register_source
from dianke.kernel.masks import mask_phone
from dianke.platform.identity.types import Actor

_PHONE_DIGITS = 11
_COUNTED_FOR_SECONDS = 300

register(
    MenuEntry(group="customers", label=_("Customer list"), url_name="web:customers", right="archive.view", order=10)
)


def _find_customers(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    phone = fold_phone(text)
    # Who was found by a phone is told so, without the number being shown in full.
    by_phone = mask_phone(phone) if len(phone) == _PHONE_DIGITS else ""
    return [
        Hit(
            title=hit.customer.name,
            url=reverse("web:customer_account", args=[hit.account_numbers[0]])
            if hit.account_numbers
            else reverse("web:customer", args=[hit.customer.number]),
            number=hit.account_numbers[0] if hit.account_numbers else hit.customer.number,
            note=by_phone or hit.address,
        )
        for hit in search_archive(actor=actor, text=text, limit=limit)
    ]


def _count_accounts(actor: Actor) -> dict[str, int]:
    """Return how many accounts of each class the actor's units have; a million are not counted for every home."""
    units = hashlib.sha256(" ".join(actor.list_unit_paths()).encode()).hexdigest()
    key = f"web.accounts_by_class.{units}"
    counts: dict[str, int] | None = cache.get(key)
    if counts is None:
        counts = listings.count_by_class(actor=actor)
        cache.set(key, counts, _COUNTED_FOR_SECONDS if counts else 1)
    return counts


def _list_figures(actor: Actor) -> Sequence[Figure]:
    counts = _count_accounts(actor)
    if not counts:
        return []
    classes = (f"{billing_words.USAGE_CLASSES.get(code, code)} {count:,}" for code, count in counts.items())
    return [
        Figure(
            caption=_("Accounts supplied"),
            value=f"{sum(counts.values()):,}",
            context=" · ".join(classes),
            url=reverse("web:customers"),
        )
    ]


register_figures(_list_figures, right="archive.view")
register_source(SearchSource(label=_("Customer list"), find=_find_customers, right="archive.view", order=10))
