"""What the accounts that come out of a split or a merger are billed on."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dianke.domain.billing.models import BillingTerms, ShareTerms
from dianke.domain.billing.operations.terms import Share
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.types import UsageClass
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.rules.plans import TwoPartDuty, find_two_part_duty
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.tariffs.types import Structure
from dianke.platform.identity.types import Actor

_OWN = frozenset({"id", "usage_point", "plan", "period"})
_OF_SHARE = tuple(one.name for one in fields(Share))
_BUSINESS = frozenset({UsageClass.COMMERCIAL_INDUSTRIAL.value, UsageClass.LARGE_INDUSTRIAL.value})
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTerms:
    """The terms of a part: the values of its columns by name, and its shares."""

    details: dict[str, Any]
    shares: list[Share]


def find_part_terms(
    *, actor: Actor, order: ServiceOrder, before: BillingTerms, part_kva: Decimal, whole_kva: Decimal, on: date
) -> PartTerms:
    """
    Return what a part of a capacity in kVA is billed on: as before, but for what hangs on the capacity.

    Whether a basic charge is due is asked anew of each part; a contract demand goes by the capacity of the part [P],
    and fixed energies of shares likewise.
    """
    details = {
        one.name: getattr(before, one.name) for one in BillingTerms._meta.concrete_fields if one.name not in _OWN
    }
    ratio = part_kva / whole_kva if whole_kva else None
    rows = ShareTerms.objects.for_actor(actor).filter(terms=before).order_by("sequence")
    shares = [_divide(Share(**{name: getattr(row, name) for name in _OF_SHARE}), ratio) for row in rows]
    if ratio is None or order.account.usage_class not in _BUSINESS:
        return PartTerms(details=details, shares=shares)
    rules = choose_rule_set(load_rule_sets(), accepted_on=on, spell_set=order.rule_set)
    is_industry = order.account.usage_class == UsageClass.LARGE_INDUSTRIAL.value
    duty = find_two_part_duty(capacity_kva=part_kva, is_industry=is_industry, rule_set=rules, on=on)
    return PartTerms(details=details | _find_basic(before, duty, ratio), shares=shares)


def _find_basic(before: BillingTerms, duty: TwoPartDuty, ratio: Decimal) -> dict[str, Any]:
    """Return the columns of the basic charge of a part."""
    is_two_part = before.structure == Structure.TWO_PART.value
    if duty is TwoPartDuty.NONE and is_two_part:
        return {"structure": Structure.SINGLE.value, "basic_mode": BasicMode.NONE.value, "contract_kw": None}
    if duty is TwoPartDuty.MANDATORY and not is_two_part:
        return {
            "structure": Structure.TWO_PART.value, "basic_mode": BasicMode.CAPACITY.value, "contract_kw": None,
        }  # fmt: skip
    if before.contract_kw is not None:
        return {"contract_kw": (before.contract_kw * ratio).quantize(_CENT, ROUND_HALF_UP)}
    return {}


def _divide(share: Share, ratio: Decimal | None) -> Share:
    if share.fixed_kwh is None or ratio is None:
        return share
    divided = (share.fixed_kwh * ratio).quantize(_CENT, ROUND_HALF_UP)
    return Share(**{**vars(share), "fixed_kwh": divided})
