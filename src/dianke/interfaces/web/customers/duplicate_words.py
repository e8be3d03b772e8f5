"""Likenesses as a page shows them: why, how sure, and what tells two customers apart."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dianke.application.archive.duplicates import Candidate, Duplicate
from dianke.application.archive.entry import Entry
from dianke.domain.customers.models import Customer
from dianke.domain.customers.rules.duplicates import ALMOST_SURE, Likeness, Verdict
from dianke.domain.customers.types import DuplicateDecision
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.customers import words
from dianke.interfaces.web.customers.form_pages import url_of_customer
from dianke.kernel.masks import mask_identity_number, mask_phone

LIKENESSES: dict[str, Text] = {
    Likeness.IDENTITY: gettext_lazy("same identity number"),
    Likeness.IDENTITY_DIFFERS: gettext_lazy("other identity number"),
    Likeness.PHONE: gettext_lazy("same phone"),
    Likeness.NAME_SAME: gettext_lazy("same name"),
    Likeness.NAME_LIKE: gettext_lazy("similar name"),
    Likeness.PLACE_SAME: gettext_lazy("same place"),
    Likeness.PLACE_LIKE: gettext_lazy("similar place"),
}
DECISIONS: dict[str, Text] = {
    DuplicateDecision.ENTERED_ANYWAY.value: gettext_lazy("another customer"),
    DuplicateDecision.MERGE_LATER.value: gettext_lazy("not sure, look again later"),
}


@dataclass(frozen=True)
class Shown:
    """One column of the comparison."""

    key: int
    number: str
    name: str
    kind: Text
    identity: str
    identity_reference: str
    phones: list[tuple[str, str]]
    addresses: list[str]
    accounts: list[str]
    unit: str
    since: Any
    url: str
    chip: Chip | None = None
    decision: str = ""


def describe_new(entry: Entry, candidate: Candidate) -> Shown:
    """Return the column of what is typed; its numbers are masked too, for somebody may look on."""
    return Shown(
        key=0,
        number="",
        name=entry.name,
        kind=words.KINDS[entry.kind.value],
        identity=mask_identity_number(entry.identity_number),
        identity_reference="",
        phones=[(mask_phone(entry.contact.phone), "")] if entry.contact.phone else [],
        addresses=[candidate.address] if candidate.address else [],
        accounts=[],
        unit="",
        since=None,
        url="",
    )


def describe_hit(hit: Duplicate, decision: DuplicateDecision | None = None) -> Shown:
    """Return the column of a customer who is there."""
    customer = hit.customer
    return Shown(
        key=customer.pk,
        number=customer.number,
        name=customer.name,
        kind=words.KINDS[customer.kind],
        identity=mask_identity_number(customer.identity_number),
        identity_reference=f"customers.customer:{customer.pk}",
        phones=[(mask_phone(one.phone), f"customers.contact:{one.pk}") for one in hit.contacts if one.phone],
        addresses=list(hit.addresses),
        accounts=list(hit.account_numbers),
        unit=customer.unit.name,
        since=customer.since_date,
        url=url_of_customer(customer),
        chip=describe_verdict(hit.verdict) if hit.verdict.reasons else None,
        decision=decision.value if decision else "",
    )


def describe_verdict(verdict: Verdict) -> Chip:
    """Return how sure a likeness is, and by what."""
    return describe_score(verdict.score, [reason.value for reason in verdict.reasons])


def describe_score(score: int, reasons: list[str]) -> Chip:
    """Return the chip of a stored likeness."""
    why = _(", ").join(str(LIKENESSES[reason]) for reason in reasons)
    return Chip("bad" if score >= ALMOST_SURE else "warn", f"{score} · {why}")


def name_with_number(customer: Customer) -> str:
    """Return a customer as lists write it."""
    return f"{customer.name} {customer.number}"
