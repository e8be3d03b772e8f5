"""Reads of policy values."""

from datetime import date
from decimal import Decimal

from dianke.domain.tariffs.models import PolicyValue
from dianke.domain.tariffs.types import PolicyFact, PolicySet
from dianke.platform.org.scoping import Scope


def get_policies(*, actor: Scope, on: date, region: str = "") -> PolicySet:
    """Return every policy value in force on a day; a value of the region goes before that of the country."""
    values = PolicyValue.objects.for_actor(actor).filter(period__contains=on, region__in=["", region])
    # The country's value ("") comes first and the region's overwrites it.
    facts = {value.code: _to_fact(value) for value in values.order_by("region", "id")}
    return PolicySet(on=on, facts=facts)


def _to_fact(value: PolicyValue) -> PolicyFact:
    return PolicyFact(
        id=value.pk,
        code=value.code,
        number=None if value.number is None else _strip(value.number),
        text=value.text,
        unit=value.unit,
        citation=value.citation,
        section=value.section,
        grade=value.grade,
        note=value.note,
    )


def _strip(number: Decimal) -> Decimal:
    """Return 0.4 of 0.40000000, and 260, not 2.6E+2."""
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()
