"""The fields of a quote case, once: read by the command, printed as JSON Schema."""

from typing import Any

from dianke.domain.billing.rules.quote_fields import (
    Anything,
    Block,
    Choice,
    Day,
    Faults,
    Flag,
    Number,
    Rows,
    Text,
)
from dianke.engine.types import PERIODS

ENERGY_REGISTERS = ("total", *PERIODS, "reactive_import", "reactive_export")
ACTIVE_USAGE = ("total_kwh", *(f"{period}_kwh" for period in PERIODS))
REACTIVE_USAGE = ("reactive_kvarh", "reactive_import_kvarh", "reactive_export_kvarh")
LOSS_FIELDS = {
    "given": ("active_kwh", "reactive_kvarh"),
    "formula": ("p0_kw", "pk_kw", "i0_percent", "uk_percent", "sn_kva", "hours", "k"),
    "ratio": ("copper_ratio", "iron_kwh"),
}
STATES = ("running", "hot_standby", "cold_sealed")
MODES = ("capacity", "contract_demand", "actual_demand")

ANY = Number(minimum=None)
AMOUNT = Number()
POSITIVE = Number(is_above_minimum=True)
PART = Number(maximum=1)
COUNT = Number(maximum=12, is_whole=True)

_RATIO_PAIR = Rows(POSITIVE, count=2)
_SPAN = Block({"from": Day(), "to": Day()}, required=("from", "to"))

_METER = Block(
    {
        "multiplier": POSITIVE,
        "ct": _RATIO_PAIR,
        "pt": _RATIO_PAIR,
        "digits": Number(minimum=1, maximum=15, is_whole=True),
        "rollover": Flag(),
        "registers": Block(
            {**{kind: Rows(AMOUNT, count=2) for kind in ENERGY_REGISTERS}, "demand": Rows(AMOUNT, count=1)},
            meanings={"total": "[start, end]", "demand": "[reading] of the maximum demand"},
        ),
        "add": Block(dict.fromkeys((*ENERGY_REGISTERS, "demand"), ANY)),
    },
    meanings={"ct": "[primary, secondary]", "add": "added after the multiplier; periods raise the total too"},
)

_SHARE = Block(
    {
        "name": Text(),
        "fixed_kwh": AMOUNT,
        "ratio": PART,
        "price": AMOUNT,
        "taken_from": Choice(PERIODS),
        "in_power_factor": Flag(),
        "in_power_factor_base": Flag(),
        "funds": Flag(),
    },
    required=("name", "price"),
)

_CAPACITY = Block(
    {
        "kva": AMOUNT,
        "days": Number(is_whole=True),
        "from": Day(),
        "to": Day(),
        "state": Choice(STATES),
        "interlock": Text(takes_integers=True),
        "suspended": Rows(_SPAN),
    },
    required=("kva",),
)

_BASIC = Block(
    {
        "mode": Choice(MODES),
        "price": AMOUNT,
        "contract_kw": AMOUNT,
        "floor_ratio": AMOUNT,
        "band_ratio": AMOUNT,
        "excess_multiple": AMOUNT,
        "excess_base": Choice(("contract", "band")),
        "discount": Block({"kwh_per_kva": AMOUNT, "ratio": PART}, required=("kwh_per_kva", "ratio")),
    },
    required=("mode", "price"),
)

_POWER_FACTOR = Block(
    {
        "standard": Number(maximum=1),
        "base": Choice(("with_funds", "without_funds")),
        "value": PART,
        "table": Rows(Block({"below": POSITIVE, "per_point": ANY, "percent": ANY}, required=("below",))),
    },
    meanings={"standard": "0.90, 0.85 or 0.80", "value": "instead of the computed factor"},
)

_ENERGY = Block(
    {
        "single": AMOUNT,
        **dict.fromkeys(PERIODS, AMOUNT),
        "tiers": Rows(Block({"up_to_kwh": POSITIVE, "price": AMOUNT, "surcharge": ANY})),
        "used_before_kwh": AMOUNT,
    },
    meanings={"used_before_kwh": "kWh of the same year or month that earlier bills took from the tiers"},
)

CASE = Block(
    {
        "id": Anything(),
        "currency": Text(),
        "period": Block({"start": Day(), "end": Day()}, required=("start", "end")),
        "months": AMOUNT,
        "part_month": Flag(),
        "meters": Rows(_METER),
        "usage": Block(
            {
                **dict.fromkeys(ACTIVE_USAGE, AMOUNT),
                **dict.fromkeys(REACTIVE_USAGE, ANY),
                "demand_kw": AMOUNT,
            }
        ),
        "shares": Rows(_SHARE),
        "transformer_loss": Block(
            {
                "method": Choice(("formula", "ratio")),
                **{name: AMOUNT for names in LOSS_FIELDS.values() for name in names},
            }
        ),
        "line_loss_ratio": PART,
        "capacity": Rows(_CAPACITY),
        "basic_charge": _BASIC,
        "power_factor": _POWER_FACTOR,
        "energy_price": _ENERGY,
        "per_kwh": Rows(Block({"name": Text(), "price": ANY}, required=("name", "price"))),
        "funds": Rows(
            Block(
                {"name": Text(), "price": AMOUNT, "on": Choice(("all", "main")), "included": Flag()},
                required=("name", "price"),
            )
        ),
        "fixed_charges": Rows(Block({"name": Text(), "amount": ANY}, required=("name", "amount"))),
        "tax_ratio": PART,
        "rounding": Block(
            {
                "quantity": COUNT,
                "power_factor": Number(maximum=4, is_whole=True),
                "line": COUNT,
                "total": COUNT,
                "lines_rounded": Flag(),
            }
        ),
    },
    meanings={
        "id": "comes back unchanged",
        "months": "billing months: basic charge, tier limits and fixed charges are multiplied",
        "part_month": "the period is a part of a month: capacity and demand count its days of thirty",
        "meters": "register readings; instead of usage",
        "usage": "energies and demand without registers; instead of meters",
        "shares": "energy of another price class without a meter of its own",
    },
)


def read_case(raw: object, faults: Faults) -> dict[str, Any]:
    """Return the fields of a case that could be read, noting every other one."""
    return CASE.read(raw, "", faults) or {}


def describe_cases() -> dict[str, Any]:
    """Return the JSON Schema of what the quote command reads: one case or a list of them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dianke quote",
        "description": "One case or a list of them. Numbers are decimal texts, dates ISO 8601, periods half-open.",
        "$defs": {"case": CASE.schema()},
        "anyOf": [{"$ref": "#/$defs/case"}, {"type": "array", "items": {"$ref": "#/$defs/case"}}],
    }
