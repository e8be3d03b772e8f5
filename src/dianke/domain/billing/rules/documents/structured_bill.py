"""
An issued bill as data: what the portal and programs get, and what PDF and message are written from.

The form is that of data/bill.schema.json. Numbers are decimal texts without thousands marks, days are ISO dates,
periods are half-open. What is added later makes no new version of the form; what changes its meaning does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dianke.domain.billing.rules.documents.words import SECTIONS, BillWords, section_of
from dianke.domain.billing.rules.explanations import (
    Explanation,
    Line,
    LineExplanation,
    Step,
    average_price,
    split_tax,
)
from dianke.kernel.money import fen_to_yuan, spell_yuan

SCHEMA = "dianke/bill/v1"
TAX_RATE = "0.13"
Row = dict[str, Any]


class BillKind(StrEnum):
    """What an issued bill is to other bills."""

    ORDINARY = "ORDINARY"
    REVERSAL = "REVERSAL"
    REPLACEMENT = "REPLACEMENT"
    BACK_BILLING = "BACK_BILLING"


class OccasionCode(StrEnum):
    """Why a bill ends or begins within a month."""

    # The last bill of an account that is closed (销户).
    CLOSING = "CLOSING"
    # The last bill of who hands an account over (过户).
    HANDOVER = "HANDOVER"
    # The first bill of who took it over.
    OPENING = "OPENING"


@dataclass(frozen=True)
class Occasion:
    """The closing or hand-over that a bill belongs to, and its day: the first that who leaves is not billed."""

    code: OccasionCode
    day: date
    order: str
    order_id: int

    @property
    def is_final(self) -> bool:
        """Tell whether the bill is the last of somebody."""
        return self.code is not OccasionCode.OPENING


@dataclass(frozen=True)
class Relation:
    """The correction that a bill belongs to or was undone by: numbers of bills, empty where there is none."""

    order: str
    cause: str
    original: str
    original_amount_fen: int
    reversal: str
    replacement: str


@dataclass(frozen=True)
class BillFacts:
    """What stands at the head of a bill; name and address are written as they may be seen."""

    number: str
    kind: BillKind
    issued_at: datetime
    month: date
    period_start: date
    period_end: date
    account_number: str
    customer_name: str
    address: str
    usage_class: str
    unit_code: str
    unit_name: str
    energy_kwh_e2: int
    amount_fen: int
    relations: tuple[Relation, ...] = ()
    occasion: Occasion | None = None
    due_date: date | None = None


def write_structured_bill(
    *, facts: BillFacts, basis: Mapping[str, Any], explanation: Explanation, words: BillWords
) -> Row:
    """Return a bill as data, without its messages."""
    price: Row = basis["price"]
    head = write_head(facts, words=words)
    return {
        "schema": SCHEMA,
        "language": words.language,
        **head,
        "stage": _draw_stage(basis),
        "supply": _draw_supply(basis, words),
        "price": {
            "plan": price.get("plan", ""),
            "sheet": price["sheet"],
            "version": price["version"],
            "regulations": list(price.get("regulations", [])),
            "components": [{**part, "price": _plain(part["price"])} for part in price["components"]],
        },
        "meters": _list_meters(basis, words),
        "quantities": {**head["quantities"], "losses": [_draw_step(step, words) for step in explanation.losses]},
        "lines": _list_lines(explanation, price, words),
        "subtotals": _list_subtotals([one.line for one in explanation.lines], words),
        "power_factor": _draw_power_factor(explanation),
        "check": {
            "is_equal": explanation.is_equal,
            "recomputed_total": _plain(explanation.recomputed_total) if explanation.recomputed_total else None,
        },
    }


def write_head(facts: BillFacts, *, words: BillWords) -> Row:
    """Return what a bill says without being opened; messages need no more."""
    return {
        "number": facts.number,
        "kind": facts.kind.value,
        "occasion": _draw_occasion(facts.occasion, words),
        "issued_at": facts.issued_at.isoformat(timespec="seconds"),
        "due_date": str(facts.due_date) if facts.due_date else None,
        "month": f"{facts.month:%Y-%m}",
        "period": {
            "start": str(facts.period_start),
            "end": str(facts.period_end),
            "days": (facts.period_end - facts.period_start).days,
        },
        "issuer": {"code": facts.unit_code, "name": facts.unit_name},
        "account": {
            "number": facts.account_number,
            "customer_name": facts.customer_name,
            "address": facts.address,
            "usage_class": facts.usage_class,
            "usage_class_name": words.word("usage_classes", facts.usage_class),
        },
        "total": _draw_total(facts),
        "quantities": {"energy_kwh": _plain(Decimal(facts.energy_kwh_e2).scaleb(-2))},
        "corrections": [_draw_relation(relation) for relation in facts.relations],
    }


def _draw_occasion(occasion: Occasion | None, words: BillWords) -> Row | None:
    if occasion is None:
        return None
    code = occasion.code.value
    return {
        "code": code,
        "name": words.word("occasions", code),
        "date": str(occasion.day),
        "order": occasion.order,
    }


def _draw_stage(basis: Mapping[str, Any]) -> Row | None:
    """Return which reading of the month is billed, where it is read several times."""
    stage = basis.get("stage")
    return {"number": stage["number"], "of": stage["of"]} if stage else None


def _draw_supply(basis: Mapping[str, Any], words: BillWords) -> Row:
    price, supply = basis["price"], basis["supply"]
    kva = sum((Decimal(own["kva"]) for own in basis["transformers"] if own["charged"]), Decimal(0))
    mode = price.get("basic_mode", "NONE")
    return {
        "voltage": words.name_voltage(supply["voltage"]),
        "metering_side": supply["side"],
        "metering_side_name": words.word("sides", supply["side"]),
        "structure": price["structure"],
        "structure_name": words.word("structures", price["structure"]),
        "basic_charge_mode": mode,
        "basic_charge_mode_name": words.word("basic_modes", mode),
        "capacity_kva": _plain(kva) if kva else None,
    }


def _list_meters(basis: Mapping[str, Any], words: BillWords) -> list[Row]:
    """Return each meter with its registers; a changed ratio gives one meter two entries, an exchange two meters."""
    return [
        {
            "number": described["meter"],
            "start": described["from"],
            "end": described["to"],
            "ct": described["ct"],
            "pt": described["pt"],
            "multiplier": _plain(described["multiplier"]),
            "quality": described["quality"],
            "quality_name": words.word("notes", described["quality"]),
            "registers": [
                _draw_register(kind, shown, measured, words) for kind, shown in measured["registers"].items()
            ],
        }
        for measured, described in zip(basis["case"]["meters"], basis["meters"], strict=True)
    ]


def _draw_register(kind: str, shown: Sequence[str], meter: Mapping[str, Any], words: BillWords) -> Row:
    """Return a register's readings; a demand register shows one value, which is no difference."""
    name = words.word("registers", kind)
    if len(shown) == 1:
        quantity = Decimal(shown[0]) * Decimal(meter["multiplier"])
        return {"code": kind, "name": name, "start": None, "end": _plain(shown[0]), "quantity": _plain(quantity)}
    start, end = (Decimal(text) for text in shown)
    advance = end - start
    if meter.get("rollover") and advance < 0:
        advance += Decimal(10) ** int(meter["digits"])
    return {
        "code": kind,
        "name": name,
        "start": _plain(start),
        "end": _plain(end),
        "quantity": _plain(advance * Decimal(meter["multiplier"])),
    }


def _list_lines(explanation: Explanation, price: Row, words: BillWords) -> list[Row]:
    return [_draw_line(sequence, explained, price, words) for sequence, explained in enumerate(explanation.lines, 1)]


def _draw_line(sequence: int, explained: LineExplanation, price: Row, words: BillWords) -> Row:
    line = explained.line
    kind = line.code.partition(".")[0]
    # The adjustment and the discount follow a rule of the state, every other price stands on the sheet.
    sheet = [] if kind == "power_factor" else list(price.get("regulations", []))
    return {
        "sequence": sequence,
        "section": section_of(line.code),
        "code": line.code,
        "name": words.name_line(line),
        "caption": words.join(_list_captions(explained, price, words)),
        "start": _plain(explained.start) if explained.start else None,
        "end": _plain(explained.end) if explained.end else None,
        "quantity": _plain(line.quantity),
        "unit": line.unit,
        "unit_name": words.name_unit(line),
        "price": _plain(line.price),
        "amount": _money(line.amount),
        "is_included": line.included,
        "rule": line.rule,
        "regulations": list(dict.fromkeys([*sheet, *words.cite_rule(line.rule)])),
        "explanation": [_draw_step(step, words) for step in explained.steps],
    }


def _list_captions(explained: LineExplanation, price: Row, words: BillWords) -> list[str]:
    hours = price.get("hours", {}).get(explained.line.code.partition(".")[2], [])
    spans = [text.replace("-", "–").replace(":00", "") for text in hours]
    shown = [", ".join(spans)] if spans else []
    for step in explained.steps:
        if step.kind == "tier":
            lower, _slash, upper = step.about.partition("/")
            shown.append(words.name_span(lower, upper))
    return shown


def _draw_step(step: Step, words: BillWords) -> Row:
    return {"kind": step.kind, "text": words.write_step(step), "rule": step.rule}


def _list_subtotals(lines: Sequence[Line], words: BillWords) -> list[Row]:
    """Return the sums by section in printed order; what stands inside another line is not added."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if not line.included:
            section = section_of(line.code)
            sums[section] = sums.get(section, Decimal(0)) + line.amount
    return [
        {"section": section, "name": words.word("sections", section), "amount": _money(sums[section])}
        for section in SECTIONS
        if section in sums
    ]


def _draw_power_factor(explanation: Explanation) -> Row | None:
    found = explanation.power_factor
    if not found:
        return None
    names = ("active_kwh", "reactive_kvarh", "exact", "value", "standard", "percent", "base")
    return {name: _plain(found[name].replace(",", "").replace("−", "-")) for name in names}


def _draw_total(facts: BillFacts) -> Row:
    average = average_price(facts.amount_fen, facts.energy_kwh_e2)
    return {
        "amount": _money(fen_to_yuan(facts.amount_fen)),
        "currency": "CNY",
        "in_words": spell_yuan(facts.amount_fen),
        "average_price": None if average is None else f"{average:f}",
        "tax_rate": TAX_RATE,
        "tax_amount": _money(fen_to_yuan(split_tax(facts.amount_fen))),
    }


def _draw_relation(relation: Relation) -> Row:
    return {
        "order": relation.order,
        "cause": relation.cause,
        "original": relation.original or None,
        "original_amount": _money(fen_to_yuan(relation.original_amount_fen)),
        "reversal": relation.reversal or None,
        "replacement": relation.replacement or None,
    }


def _plain(value: Decimal | str) -> str:
    """Return a number without thousands marks and needless zeros."""
    text = f"{Decimal(value):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _money(value: Decimal) -> str:
    return f"{value:.2f}"
