"""Customers and places by a text: name, short name, pinyin, numbers old and new, phone, identity number."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, TextField
from django.db.models.functions import Coalesce
from django.db.models.lookups import Contains

from dianke.domain.customers import rules
from dianke.domain.customers.models import AccountAlias, Contact, Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.queries.hashes import hash_identity_number, hash_masked_phone, hash_phone
from dianke.domain.customers.rules import SearchWay
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

# So many finds of a branch are asked for at least: for a few, the database may read the table from its beginning.
_FOUND_AT_ONCE = 100
_STATEMENTS = KeptStatements()
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}[0-9]", re.ASCII)
_IDENTITY = re.compile(r"[0-9A-Za-z]{5,20}", re.ASCII)


@CharField.register_lookup
@TextField.register_lookup
class ContainsAnyCase(Contains):
    """`contains` without regard to case that a trigram index answers; Django's own folds both sides first."""

    lookup_name = "contains_any_case"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        """Return the comparison, pattern escaped by Django."""
        return f"ILIKE {rhs}"


@dataclass(frozen=True, slots=True)
class Typed:
    """A text as it is searched: the way, and the forms in which indexes hold it, None where it has no such form."""

    way: SearchWay
    folded: str
    address_way: SearchWay
    address: str
    pinyin: str | None = None
    has_digits: bool = False
    mask_hash: bytes | None = None
    phone_hash: bytes | None = None
    identity_hash: bytes | None = None

    @classmethod
    def read(cls, text: str) -> "Typed":
        """Return what may be meant by a text."""
        folded = rules.fold_search_text(text)
        address = rules.fold_address(folded)
        has_digits = any(letter.isdigit() for letter in folded)
        mask = hash_masked_phone(folded) if has_digits else None
        return cls(
            way=rules.choose_search_way(folded),
            folded=folded,
            address_way=rules.choose_search_way(address),
            address=address,
            pinyin=rules.fold_pinyin(folded) if rules.is_pinyin(folded) else None,
            has_digits=has_digits,
            mask_hash=mask,
            phone_hash=hash_phone(folded) if has_digits and not mask and _PHONE.fullmatch(folded) else None,
            identity_hash=hash_identity_number(folded) if has_digits and _IDENTITY.fullmatch(folded) else None,
        )

    def stand_in(self) -> "Typed":
        """Return a text of the same shape that no row holds: what differs between two of a shape is only values."""
        return Typed(
            way=self.way,
            folded=_TEXT,
            address_way=self.address_way,
            address=_ADDRESS,
            pinyin=_PINYIN if self.pinyin is not None else None,
            has_digits=self.has_digits,
            mask_hash=_MASK if self.mask_hash else None,
            phone_hash=_PHONE_HASH if self.phone_hash else None,
            identity_hash=_IDENTITY_HASH if self.identity_hash else None,
        )

    def list_values(self) -> dict[Any, Any]:
        """Return what stands for each parameter that the stand-in has left in a statement."""
        values: dict[Any, Any] = {
            _MASK: self.mask_hash,
            _PHONE_HASH: self.phone_hash,
            _IDENTITY_HASH: self.identity_hash,
        }
        for stand_in, text in ((_TEXT, self.folded), (_ADDRESS, self.address), (_PINYIN, self.pinyin or "")):
            pattern = _escape(text)
            values |= {f"{stand_in}%": f"{pattern}%", f"%{stand_in}%": f"%{pattern}%", stand_in: text.lower()}
        return values


# Stand-ins: no text of a row has a NUL, no hash is so short.
_TEXT, _ADDRESS, _PINYIN = "\0text", "\0address", "\0pinyin"
_MASK, _PHONE_HASH, _IDENTITY_HASH = b"\0mask", b"\0phone", b"\0identity"

Branches = Callable[[Actor, Typed], list[QuerySet[Any]]]


def match_customers(actor: Actor, typed: Typed) -> list[QuerySet[Any]]:
    """Return one queryset of customer keys (as `key`) for each index that may hold the text."""
    # A customer that was merged is found by its old number, and then the one that was kept answers.
    everybody = Customer.objects.for_actor(actor)
    customers = everybody.filter(merged_into=None)
    named = [customers.filter(_by_text("name", "name_bigrams", typed.folded, typed.way))]
    short = customers.filter(short_name__gt="")
    named.append(short.filter(_by_text("short_name", "short_name_bigrams", typed.folded, typed.way)))
    if typed.pinyin is not None:
        named += [
            customers.filter(name_initials__startswith=typed.pinyin),
            customers.filter(name_pinyin__startswith=typed.pinyin),
            short.filter(short_name_initials__startswith=typed.pinyin),
            short.filter(short_name_pinyin__startswith=typed.pinyin),
        ]
    numbered = everybody.filter(number__startswith=typed.folded)
    return [
        *(branch.annotate(key=F("id")).values("key") for branch in named),
        numbered.annotate(key=Coalesce("merged_into_id", "id")).values("key"),
        *_match_numbers(actor, typed),
    ]


def _match_numbers(actor: Actor, typed: Typed) -> list[QuerySet[Any]]:
    """Return the branches that only a text with digits can answer."""
    if not typed.has_digits:
        return []
    accounts = CustomerAccount.objects.for_actor(actor).filter(number__startswith=typed.folded)
    aliases = AccountAlias.objects.for_actor(actor).filter(number__startswith=typed.folded)
    branches = [
        accounts.annotate(key=F("customer_id")).values("key"),
        aliases.annotate(key=F("account__customer_id")).values("key"),
    ]
    contacts = Contact.objects.for_actor(actor)
    if typed.mask_hash:
        branches.append(contacts.filter(phone_mask_hash=typed.mask_hash).annotate(key=F("customer_id")).values("key"))
    if typed.phone_hash:
        branches.append(contacts.filter(phone_hash=typed.phone_hash).annotate(key=F("customer_id")).values("key"))
    if typed.identity_hash:
        holders = Customer.objects.for_actor(actor).filter(identity_hash=typed.identity_hash)
        branches.append(holders.annotate(key=Coalesce("merged_into_id", "id")).values("key"))
    return branches


def match_locations(actor: Actor, typed: Typed) -> QuerySet[ServiceLocation]:
    """Return the places whose address fits a text, blanks left out of both."""
    places: QuerySet[ServiceLocation] = ServiceLocation.objects.for_actor(actor).filter(
        _by_text("address_folded", "address_bigrams", typed.address, typed.address_way)
    )
    return places


def find_keys(*, actor: Actor, text: str, branches: Branches, limit: int) -> list[int]:
    """
    Return the lowest of the customer keys that a text was found at, at most `limit`.

    Each branch is asked for what it finds, in no order and up to a bound, which its own index answers; of a text that
    fits more, the first found must do. Asked for the lowest keys at once, the database would walk through the whole
    archive by key wherever a text fits nobody.
    """
    typed = Typed.read(text)
    if typed.way is SearchWay.NOTHING or limit <= 0:
        return []
    bound, shape = max(_FOUND_AT_ONCE, limit), typed.stand_in()
    rows = _STATEMENTS.ask(
        actor=actor,
        shape=(branches, shape, bound),
        write=lambda reader: _unite(branches(reader, shape), bound),
        values=typed.list_values(),
    )
    return sorted({key for (key,) in rows})[:limit]


def _unite(branches: Sequence[QuerySet[Any]], size: int) -> Any:
    first, *others = (branch[:size] for branch in branches)
    return first.union(*others, all=True) if others else first


def list_customers_by_key(*, actor: Actor, ids: Sequence[int]) -> list[Customer]:
    """Return the customers of keys, in the order of the keys, with their units."""
    rows = Customer.objects.for_actor(actor).filter(id__in=ids).select_related("unit")
    return list(rows.order_by("id"))


def _escape(text: str) -> str:
    """Return a text as a pattern that fits only itself."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _by_text(field: str, bigrams: str, folded: str, way: SearchWay) -> Q:
    if way is SearchWay.PREFIX:
        return Q(**{f"{field}__startswith": folded})
    if way is SearchWay.BIGRAM:
        return Q(**{f"{bigrams}__contains": [folded.lower()]})
    return Q(**{f"{field}__contains_any_case": folded})
