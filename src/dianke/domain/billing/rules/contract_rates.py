"""Daily rates of the late fee that a contract of supply may fix: dated data beside the terms of payment."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

from dianke.kernel.errors import DomainError

RATE_SCALE = 10**6


class ContractRateRefused(DomainError):
    """The regulation does not let a contract fix this daily rate."""

    code = "billing.contract_rate_refused"
    message = "a contract may fix {least} to {most} a day, not {rate}"


@dataclass(frozen=True, slots=True)
class ContractRates:
    """The least and the most that a contract may fix, as part of the debt a day."""

    valid_from: date
    least: Decimal
    most: Decimal
    regulation: str


def get_contract_rates(*, day: date) -> ContractRates:
    """Return the bounds in force on a day; before the first of them, the first."""
    known = _read()
    return next((one for one in reversed(known) if one.valid_from <= day), known[0])


def require_contract_rate(rate: Decimal, *, day: date) -> None:
    """
    Refuse a daily rate that a contract may not fix.

    :raises ContractRateRefused: if it lies outside what the regulation lets it fix, or is finer than a millionth
    """
    bounds = get_contract_rates(day=day)
    if not bounds.least <= rate <= bounds.most or rate * RATE_SCALE != int(rate * RATE_SCALE):
        raise ContractRateRefused(field="late_fee_rate", rate=rate, least=bounds.least, most=bounds.most)


@cache
def _read() -> tuple[ContractRates, ...]:
    text = resources.files("dianke.domain.billing").joinpath("data", "payment_terms.toml").read_text("utf-8")
    rows = [
        ContractRates(row["valid_from"], Decimal(row["least"]), Decimal(row["most"]), row["regulation"])
        for row in tomllib.loads(text)["contract_rate"]
    ]
    return tuple(sorted(rows, key=lambda one: one.valid_from))
