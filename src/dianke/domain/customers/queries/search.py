"""Customers and places by a text: name, short name, pinyin, numbers old and new, phone, identity number."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Contains

from dianke.domain.customers import rules
from dianke.domain.customers.models import AccountAlias, Contact, Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.queries.hashes import hash_identity_number, hash_masked_phone, hash_phone
from dianke.domain.customers.rules import SearchWay
from dianke.platform.identity.types import Actor

# So many finds of a text are fetched without further thought; it is more than any page shows.
_FOUND_AT_ONCE = 500
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}[0-9]", re.ASCII)
_IDENTITY = re.compile(r"[0-9A-Za-z]{5,20}", re.ASCII)


@CharField.register_lookup
class ContainsAnyCase(Contains):
    """`contains` without regard to case that a trigram index answers; Django's own folds both sides first."""

    lookup_name = "contains_any_case"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        """Return the comparison, pattern escaped by Django."""
        return f"ILIKE {rhs}"


def search(*, actor: Actor, text: str, limit: int = 20, after: int = 0) -> list[Customer]:
    """
    Return customers whose name, pinyin, number or account number fits a text, by key, from a key on.

    The next page begins after the last key of this one.
    """
    ids = page_of_keys(match_customers(actor=actor, text=text), limit=limit, after=after)
    return list_customers_by_key(actor=actor, ids=ids)


def match_customers(*, actor: Actor, text: str) -> list[QuerySet[Any]]:
    """Return one queryset of customer keys (as `key`) for each index that may hold the text."""
    folded = rules.fold_search_text(text)
    way = rules.choose_search_way(folded)
    if way is SearchWay.NOTHING:
        return []
    # A customer that was merged is found by its old number, and then the one that was kept answers.
    everybody = Customer.objects.for_actor(actor)
    customers = everybody.filter(merged_into=None)
    named = [customers.filter(_by_text("name", "name_bigrams", folded, way))]
    short = customers.filter(short_name__gt="")
    named.append(short.filter(_by_text("short_name", "short_name_bigrams", folded, way)))
    if rules.is_pinyin(folded):
        typed = rules.fold_pinyin(folded)
        named += [
            customers.filter(name_initials__startswith=typed),
            customers.filter(name_pinyin__startswith=typed),
            short.filter(short_name_initials__startswith=typed),
            short.filter(short_name_pinyin__startswith=typed),
        ]
    numbered = everybody.filter(number__startswith=folded)
    return [
        *(branch.annotate(key=F("id")).values("key") for branch in named),
        numbered.annotate(key=Coalesce("merged_into_id", "id")).values("key"),
        *_match_numbers(actor, folded),
    ]


def _match_numbers(actor: Actor, folded: str) -> list[QuerySet[Any]]:
    """Return the branches that only a text with digits can answer."""
    if not any(letter.isdigit() for letter in folded):
        return []
    accounts = CustomerAccount.objects.for_actor(actor).filter(number__startswith=folded)
    aliases = AccountAlias.objects.for_actor(actor).filter(number__startswith=folded)
    branches = [
        accounts.annotate(key=F("customer_id")).values("key"),
        aliases.annotate(key=F("account__customer_id")).values("key"),
    ]
    contacts = Contact.objects.for_actor(actor)
    if masked := hash_masked_phone(folded):
        branches.append(contacts.filter(phone_mask_hash=masked).annotate(key=F("customer_id")).values("key"))
    elif _PHONE.fullmatch(folded):
        branches.append(contacts.filter(phone_hash=hash_phone(folded)).annotate(key=F("customer_id")).values("key"))
    if _IDENTITY.fullmatch(folded):
        holders = Customer.objects.for_actor(actor).filter(identity_hash=hash_identity_number(folded))
        branches.append(holders.annotate(key=Coalesce("merged_into_id", "id")).values("key"))
    return branches


def match_locations(*, actor: Actor, text: str) -> QuerySet[ServiceLocation] | None:
    """Return the places whose address or code fits a text, or None for an empty one."""
    folded = rules.fold_search_text(text)
    way = rules.choose_search_way(folded)
    if way is SearchWay.NOTHING:
        return None
    places: QuerySet[ServiceLocation] = ServiceLocation.objects.for_actor(actor).filter(
        _by_text("address", "address_bigrams", folded, way)
    )
    return places


def page_of_keys(branches: Sequence[QuerySet[Any]], *, limit: int, after: int) -> list[int]:
    """
    Return the lowest keys above `after` that any branch holds, at most `limit`.

    A branch is first asked for what it finds, in no order and up to a bound, which its own index answers. Asked for
    the lowest keys at once, the database would walk through the whole archive by key wherever a text fits nobody.
    Only of a branch that finds more than the bound the lowest keys are asked for, and there the walk is short.
    """
    if not branches or limit <= 0:
        return []
    bound = max(_FOUND_AT_ONCE, limit)
    numbered = [
        branch.annotate(branch=Value(number, IntegerField())).values_list("branch", "key")[: bound + 1]
        for number, branch in enumerate(branches)
    ]
    first, *others = numbered
    found: dict[int, set[int]] = {}
    counts: Counter[int] = Counter()
    for number, key in first.union(*others, all=True) if others else first:
        found.setdefault(number, set()).add(key)
        counts[number] += 1
    keys: set[int] = set()
    for number, held in found.items():
        if counts[number] > bound:
            keys.update(_walk(branches[number], limit=limit, after=after))
        else:
            keys.update(key for key in held if key > after)
    return sorted(keys)[:limit]


def _walk(branch: QuerySet[Any], *, limit: int, after: int) -> list[int]:
    rows = branch.filter(key__gt=after).distinct().order_by("key")
    return list(rows.values_list("key", flat=True)[:limit])


def list_customers_by_key(*, actor: Actor, ids: Sequence[int]) -> list[Customer]:
    """Return the customers of keys, in the order of the keys, with their units."""
    rows = Customer.objects.for_actor(actor).filter(id__in=ids).select_related("unit")
    return list(rows.order_by("id"))


def _by_text(field: str, bigrams: str, folded: str, way: SearchWay) -> Q:
    if way is SearchWay.PREFIX:
        return Q(**{f"{field}__startswith": folded})
    if way is SearchWay.BIGRAM:
        return Q(**{f"{bigrams}__contains": [folded.lower()]})
    return Q(**{f"{field}__contains_any_case": folded})
