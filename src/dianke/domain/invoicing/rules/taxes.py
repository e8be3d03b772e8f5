"""Rates of value-added tax and goods codes, both dated data; the tax inside an amount."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.invoicing.types import Charge
from dianke.kernel.errors import DomainError
from dianke.kernel.money import round_half_up

_ANY = "*"
_WHOLE_E4 = 10_000


class NoTaxRate(DomainError):
    """No rate is recorded for what was sold on a day."""

    code = "invoicing.no_tax_rate"
    message = "no tax rate is recorded for {usage_class} on {day}"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate, in ten-thousandths, and the text that sets it."""

    rate_e4: int
    regulation: str


@dataclass(frozen=True, slots=True)
class Goods:
    """What an invoice calls what is sold (商品和服务税收分类)."""

    code: str
    group: str
    name: str


def find_rate(*, usage_class: str, charge: Charge, on: date) -> TaxRate:
    """
    Return the rate of what was sold to a class of use on a day.

    :raises NoTaxRate: if none is recorded
    """
    for row in _list_rows("rate", on):
        if row["usage_class"] in (_ANY, usage_class) and row["charge"] in (_ANY, charge.value):
            return TaxRate(rate_e4=int(row["rate_e4"]), regulation=row["regulation"])
    raise NoTaxRate(field="bill", usage_class=usage_class, day=on.isoformat())


def find_goods(*, charge: Charge, on: date) -> Goods:
    """
    Return what a charge is called on an invoice of a day.

    :raises NoTaxRate: if the day is before all that is recorded
    """
    for row in _list_rows("goods", on):
        if row["charge"] == charge.value:
            return Goods(code=row["code"], group=row["group"], name=row["name"])
    raise NoTaxRate(field="bill", usage_class=charge.value, day=on.isoformat())


def split_total(total_fen: int, rate_e4: int) -> tuple[int, int]:
    """
    Return net price and tax of a price with tax, which add up to it.

    The net price is rounded to the fen, the tax is the rest (TR-13).
    """
    net = round_half_up(Decimal(total_fen * _WHOLE_E4) / Decimal(_WHOLE_E4 + rate_e4), decimals=0)
    return int(net), total_fen - int(net)


def _list_rows(table: str, on: date) -> Iterator[Mapping[str, Any]]:
    for row in _read()[table]:
        until = row.get("until")
        if row["since"] <= on and (until is None or on < until):
            yield row


@cache
def _read() -> Mapping[str, list[Mapping[str, Any]]]:
    path = resources.files("dianke.domain.invoicing") / "data" / "taxes.toml"
    return tomllib.loads(path.read_text("utf-8"))
