"""
Open a bill into its calculation, from its frozen basis alone.

Readings, multipliers and prices may have changed since: nothing here looks at them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from dianke.domain.billing.rules import quote

_PERIODS = ("sharp", "peak", "flat", "valley", "deep")
_MONEY = Decimal("0.01")


class StoredLine(Protocol):
    """A line as a table keeps it."""

    code: str
    name: str
    quantity: Decimal
    unit_name: str
    price: Decimal
    amount: Decimal
    included: bool
    rule: str


@dataclass(frozen=True)
class Line:
    """A line of a bill."""

    code: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    included: bool
    rule: str


@dataclass(frozen=True)
class Step:
    """One step of a calculation: what is done, with which figures, what comes out, by which rule."""

    kind: str
    expression: str
    result: str
    unit: str = ""
    rule: str = ""
    note: str = ""


@dataclass(frozen=True)
class LineExplanation:
    """A line with its start and end readings, where it has them, and its steps."""

    line: Line
    steps: list[Step]
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class Explanation:
    """A bill opened: lines with steps, the power factor, and whether it computes again to the same fen."""

    lines: list[LineExplanation]
    power_factor: dict[str, str]
    quantities: dict[str, str]
    differences: list[str] = field(default_factory=list)
    recomputed_total: str = ""

    @property
    def is_equal(self) -> bool:
        """Tell whether every line computes again to the amount that was issued."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as commands print it."""
        return {**asdict(self), "is_equal": self.is_equal}


def lines_of(rows: Iterable[StoredLine]) -> list[Line]:
    """Return stored lines as facts."""
    return [
        Line(
            code=row.code,
            name=row.name,
            quantity=row.quantity,
            unit=row.unit_name,
            price=row.price,
            amount=row.amount,
            included=row.included,
            rule=row.rule,
        )
        for row in rows
    ]


def explain_bill(*, basis: dict[str, Any], lines: Sequence[Line]) -> Explanation:
    """Return the bill's lines with their steps, and what a new calculation of the frozen case gives."""
    answer = quote.quote_case(basis["case"])
    explainer = _Explainer(basis=basis, answer=answer, lines=lines)
    return Explanation(
        lines=[explainer.explain(line) for line in lines],
        power_factor=explainer.describe_power_factor(),
        quantities={key: str(value) for key, value in answer.get("quantities", {}).items()},
        differences=_find_differences(answer, lines),
        recomputed_total=str(answer.get("total", "")),
    )


def _find_differences(answer: dict[str, Any], lines: Sequence[Line]) -> list[str]:
    if "errors" in answer:
        return [f"{fault['code']} {fault['field']}" for fault in answer["errors"]]
    again = {row["code"]: Decimal(row["amount"]) for row in answer["lines"]}
    issued = {line.code: line.amount for line in lines}
    codes = [code for code in {**again, **issued} if again.get(code, Decimal(0)) != issued.get(code, Decimal(0))]
    return [f"{code}: {issued.get(code, 0)} / {again.get(code, 0)}" for code in codes]


def plain(value: Decimal) -> str:
    """Return a number with thousands marks, without needless zeros and with a true minus sign."""
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def money(value: Decimal) -> str:
    """Return an amount with two decimals, thousands marks and a true minus sign."""
    return f"{value.quantize(_MONEY, rounding=ROUND_HALF_UP):,}".replace("-", "−")


def average_price(amount_fen: int, energy_kwh_e2: int) -> Decimal | None:
    """Return yuan per kWh with four decimals, or None without energy."""
    if not energy_kwh_e2:
        return None
    return (Decimal(amount_fen) / Decimal(energy_kwh_e2)).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def split_tax(amount_fen: int) -> int:
    """Return the value-added tax (fen) inside an amount: 13 % on the net, which is rounded first (TR-13)."""
    net = (Decimal(amount_fen) / Decimal("1.13")).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return amount_fen - int(net)


class _Explainer:
    """Knows one bill's basis and opens its lines."""

    def __init__(self, *, basis: dict[str, Any], answer: dict[str, Any], lines: Sequence[Line]) -> None:
        self.basis = basis
        self.case = basis["case"]
        self.answer = answer
        self.lines = {line.code: line for line in lines}

    def explain(self, line: Line) -> LineExplanation:
        """Return a line with its steps."""
        kind, _, rest = line.code.partition(".")
        period = rest.partition(".")[0]
        if kind == "energy" and (period in _PERIODS or period == "single"):
            return self._explain_energy(line, period)
        if kind == "basic":
            return LineExplanation(line, [*self._list_capacity_steps(line), self._amount_step(line)])
        if line.code == "power_factor":
            return LineExplanation(line, self._list_power_factor_steps(line))
        return LineExplanation(line, [*self._list_quantity_steps(line), self._amount_step(line)])

    def _explain_energy(self, line: Line, period: str) -> LineExplanation:
        register = "total" if period == "single" else period
        steps: list[Step] = []
        metered = Decimal(0)
        pairs = self._list_pairs(register)
        for meter, start, end, advance in pairs:
            multiplier = Decimal(meter["multiplier"])
            metered += advance * multiplier
            steps.append(
                Step(
                    "advance",
                    self._advance_text(start, end, meter),
                    plain(advance),
                    "",
                    "TR-1.1",
                    _span(meter),
                )
            )
            steps.append(Step("multiplier", self._ratio_text(meter), plain(multiplier), "", "TR-1.1", meter["meter"]))
        steps.append(self._quantity_step(line, period, metered, measured=bool(pairs)))
        steps.append(self._price_step(line, period))
        steps.append(self._amount_step(line))
        single = pairs[0] if len(pairs) == 1 else None
        return LineExplanation(line, steps, start=single[1] if single else "", end=single[2] if single else "")

    def _list_pairs(self, register: str) -> list[tuple[dict[str, Any], str, str, Decimal]]:
        pairs = []
        for meter, described in zip(self.case["meters"], self.basis["meters"], strict=True):
            if register not in meter["registers"]:
                continue
            start, end = meter["registers"][register]
            advance = Decimal(end) - Decimal(start)
            if meter.get("rollover") and advance < 0:
                advance += Decimal(10) ** int(meter["digits"])
            pairs.append((described, start, end, advance))
        return pairs

    @staticmethod
    def _advance_text(start: str, end: str, meter: dict[str, Any]) -> str:
        return f"{plain(Decimal(end))} − {plain(Decimal(start))}"

    @staticmethod
    def _ratio_text(meter: dict[str, Any]) -> str:
        parts = [f"{name} {meter[key]}" for name, key in (("CT", "ct"), ("PT", "pt")) if meter[key]]
        return " × ".join(parts)

    def _quantity_step(self, line: Line, period: str, metered: Decimal, *, measured: bool) -> Step:
        """Metered energy, then everything between it and what is priced, so that the sum stands there."""
        key = "total_kwh" if period == "single" else f"{period}_kwh"
        before_shares = Decimal(self.answer["quantities"].get(key, str(line.quantity)))
        whole = metered.quantize(Decimal(1), rounding=ROUND_HALF_UP)
        parts = [plain(whole)] if measured else []
        other = before_shares - whole if measured else before_shares
        if other or not parts:
            parts.append(f"{'+ ' if other >= 0 and parts else ''}{plain(other)}".replace("−", "− ", 1 if parts else 0))
        taken = before_shares - line.quantity
        if taken:
            parts.append(f"− {plain(taken)}")
        note = "with_losses_and_shares" if (other and measured) or taken else ("" if measured else "derived_flat")
        return Step("quantity", " ".join(parts), plain(line.quantity), "kWh", "TR-13", note)

    def _price_step(self, line: Line, period: str) -> Step:
        price = self.basis["price"]
        parts = price["components"]
        printed = plain(line.price)
        known = sum((Decimal(part["price"]) for part in parts), Decimal(0))
        if not parts:
            return Step("price", price["sheet"], printed, "yuan", "TR-8", "printed")
        floating = [part for part in parts if part["kind"] in {"PURCHASE", "LINE_LOSS"}]
        fixed = [part for part in parts if part not in floating]
        rest = line.price - sum((Decimal(part["price"]) for part in fixed), Decimal(0))
        note = "printed_period_price" if known != line.price else ""
        names = "+".join(part["kind"] for part in floating) or "ENERGY"
        shown = [
            f"{names} {plain(rest)}",
            *(f"{part['kind']} {plain(Decimal(part['price']))}" for part in fixed),
        ]
        return Step("price", " + ".join(shown), printed, "yuan", "TR-8", note)

    def _amount_step(self, line: Line) -> Step:
        exact = line.quantity * line.price
        return Step(
            "amount",
            f"{plain(line.quantity)} × {plain(line.price)} = {plain(exact)}",
            money(line.amount),
            "yuan",
            "TR-13",
        )

    def _list_capacity_steps(self, line: Line) -> list[Step]:
        if line.code == "basic.capacity":
            return [self._transformer_step(own) for own in self.basis["transformers"]]
        return self._list_quantity_steps(line)

    @staticmethod
    def _transformer_step(own: dict[str, Any]) -> Step:
        kva = Decimal(own["kva"])
        if not own["charged"]:
            return Step("transformer", own["name"], "0", "kVA", "TR-3.4", "sealed")
        if own["whole"]:
            return Step("transformer", own["name"], plain(kva), "kVA", "TR-3.3", "whole_month")
        counted = (kva * own["days"] / 30).quantize(Decimal("0.000001")).normalize()
        return Step(
            "transformer",
            f"{own['name']} {plain(kva)} × {own['days']}/30",
            plain(counted),
            "kVA",
            "TR-3.3",
            "days",
        )

    def _list_quantity_steps(self, line: Line) -> list[Step]:
        return [Step("quantity", line.name or line.code, plain(line.quantity), line.unit, line.rule)]

    def _list_power_factor_steps(self, line: Line) -> list[Step]:
        described = self.describe_power_factor()
        if not described:
            return [self._amount_step(line)]
        return [
            Step("ratio", described["expression"], described["value"], "", "TR-5.2"),
            Step("percent", f"{described['standard']}", f"{described['percent']}%", "", "TR-5.3"),
            Step("base", described["base_expression"], described["base"], "yuan", "TR-5.4"),
            Step(
                "amount",
                f"{described['base']} × {described['percent']}%",
                money(line.amount),
                "yuan",
                "TR-13",
            ),
        ]

    def describe_power_factor(self) -> dict[str, str]:
        """Return what the adjustment came from, or nothing where there is none."""
        line = self.lines.get("power_factor")
        if line is None or "power_factor" not in self.answer:
            return {}
        quantities, subtotals = self.answer["quantities"], self.answer["subtotals"]
        active, reactive = quantities.get("total_kwh", "0"), quantities.get("reactive_kvarh", "0")
        included = sum((own.amount for own in self.lines.values() if own.included), Decimal(0))
        basic, energy = Decimal(subtotals.get("basic", "0")), Decimal(subtotals.get("energy", "0"))
        base = line.quantity
        return {
            "active_kwh": plain(Decimal(active)),
            "reactive_kvarh": plain(Decimal(reactive)),
            "expression": "{0} / √({0}² + {1}²)".format(plain(Decimal(active)), plain(Decimal(reactive))),
            "value": str(self.answer["power_factor"]),
            "standard": str(self.case["power_factor"]["standard"]),
            "percent": plain(Decimal(str(self.answer["power_factor_percent"]))),
            "base_expression": f"{money(basic)} + {money(energy)} − {money(included)}",
            "base": money(base),
            "funds": money(included),
        }


def _span(meter: dict[str, Any]) -> str:
    return f"{meter['from']} / {meter['to']} {meter['quality']}"
