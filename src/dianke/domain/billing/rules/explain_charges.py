"""Steps of the lines that are not energy: capacity, demand, shares, funds, power factor."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dianke.domain.billing.rules.explanations import (
    Line,
    LineExplanation,
    Part,
    Step,
    amount_step,
    money,
    plain,
    signed,
    whole,
)
from dianke.domain.billing.rules.quote_plan import part_days_of
from dianke.domain.billing.rules.replay import Replay, Row
from dianke.engine.proration import MONTH_DAYS

_NOTHING = Decimal(0)
_FOUR_DECIMALS = Decimal("0.0001")


@dataclass(frozen=True)
class ChargeExplainer:
    """Opens the charges of one bill; `lines` are its lines by code."""

    basis: Row
    replay: Replay
    lines: dict[str, Line]

    @property
    def case(self) -> Row:
        """Return the frozen case."""
        case: Row = self.basis["case"]
        return case

    def explain_basic(self, line: Line) -> LineExplanation:
        """Return a line of the basic charge."""
        kind = line.code.partition(".")[2].partition("@")[0]
        if kind == "discount":
            return LineExplanation(line, self._list_discount_steps(line))
        if kind == "capacity":
            steps = self._list_transformer_steps(line)
        else:
            steps = [*self._list_demand_steps(), *self._list_contract_steps(kind), *self._list_part_steps(line)]
        return LineExplanation(line, [*steps, amount_step(line)])

    def explain_share(self, line: Line) -> LineExplanation:
        """Return the line of energy that another price takes without a meter."""
        share: Row = next((own for own in self.case.get("shares", []) if f"share.{own['name']}" == line.code), {})
        total = self.replay.period_kwh("total")
        if "ratio" in share and total is not None:
            expression = f"{plain(total)} × {plain(Decimal(share['ratio']) * 100)}%"
            step = Step("ratio_share", expression, plain(line.quantity), "kWh", "TR-1.4")
        else:
            fixed = Decimal(share.get("fixed_kwh", line.quantity))
            step = Step("fixed_share", plain(fixed), plain(line.quantity), "kWh", "TR-1.4")
        price = Step("share_price", "", plain(line.price), "yuan/kWh", "TR-2")
        return LineExplanation(line, [step, price, amount_step(line)])

    def explain_fund(self, line: Line) -> LineExplanation:
        """Return the line of a fund."""
        return LineExplanation(line, [replace(amount_step(line), kind="fund", rule="TR-7", about=line.name)])

    def explain_other(self, line: Line) -> LineExplanation:
        """Return any other line: its quantity and its amount."""
        quantity = Step("quantity", "", plain(line.quantity), line.unit, line.rule)
        return LineExplanation(line, [quantity, amount_step(line)])

    def explain_power_factor(self, line: Line) -> LineExplanation:
        """Return the adjustment: the factor, the percentage of the table, what it is taken of."""
        described = self.describe_power_factor()
        if not described:
            return LineExplanation(line, [amount_step(line)])
        percent = f"{described['percent']}%"
        steps = [
            Step("active", "", described["active_kwh"], "kWh", "TR-5.2", parts=self._list_active_parts()),
            Step("reactive", "", described["reactive_kvarh"], "kvarh", "TR-5.2", parts=self._list_reactive_parts()),
            Step("ratio", described["expression"], described["value"], "", "TR-5.2", about=described["exact"]),
            Step("percent", "", percent, "", "TR-5.3", about=f"{described['standard']}/{described['value']}"),
            Step("base", "", described["base"], "yuan", "TR-5.4", parts=self._list_base_parts(line)),
            Step("amount", f"{described['base']} × {percent}", money(line.amount), "yuan", "TR-13"),
        ]
        return LineExplanation(line, steps)

    def describe_power_factor(self) -> dict[str, str]:
        """Return what the adjustment came from, or nothing where there is none."""
        line, calculation = self.lines.get("power_factor"), self.replay.calculation
        if line is None or calculation is None or calculation.power_factor is None:
            return {}
        factor = calculation.power_factor
        if "power_factor" not in self.replay.answer or factor.active_kwh is None:
            return {}
        active = self.replay.energy(factor.active_kwh) or _NOTHING
        reactive = self.replay.energy(factor.reactive_kvarh) or _NOTHING
        shown = f"{plain(active)} / √({plain(active)}² + {plain(reactive)}²)"
        exact = active / (active**2 + reactive**2).sqrt()
        return {
            "active_kwh": plain(active),
            "reactive_kvarh": plain(reactive),
            "expression": shown,
            "exact": str(exact.quantize(_FOUR_DECIMALS, rounding=ROUND_HALF_UP)),
            "value": str(self.replay.answer["power_factor"]),
            "standard": str(self.case["power_factor"]["standard"]),
            "percent": plain(Decimal(str(self.replay.answer["power_factor_percent"]))),
            "base": money(line.quantity),
            "base_expression": _join(part.value for part in self._list_base_parts(line)),
        }

    def _list_transformer_steps(self, line: Line) -> list[Step]:
        own = self.basis["transformers"]
        groups = [row.get("interlock", "") for row in self.case.get("capacity", [])] or [""] * len(own)
        counted = [_counted_kva(row) for row in own]
        steps = []
        for at, row in enumerate(own):
            rivals = [index for index, group in enumerate(groups) if group and group == groups[at]]
            is_beaten = bool(rivals) and max(rivals, key=lambda index: counted[index]) != at
            steps.append(_transformer_step(row, counted[at], is_beaten=is_beaten, is_interlocked=len(rivals) > 1))
        if len(own) > 1:
            terms = [step.result for step in steps if step.result != "0"]
            steps.append(Step("capacity", " + ".join(terms), plain(line.quantity), "kVA", "TR-3.1"))
        return steps

    def _list_demand_steps(self) -> list[Step]:
        steps = []
        for meter, described in zip(self.case["meters"], self.basis["meters"], strict=True):
            shown = meter["registers"].get("demand")
            if shown:
                kw = Decimal(shown[0]) * Decimal(meter["multiplier"])
                expression = f"{plain(Decimal(shown[0]))} × {plain(Decimal(meter['multiplier']))}"
                steps.append(Step("demand", expression, plain(kw), "kW", "TR-3.6", about=described["meter"]))
        if len(steps) > 1:
            found = self.replay.calculation.quantities.demand_kw if self.replay.calculation else None
            largest = self.replay.demand(found)
            if largest is not None:
                steps.append(Step("largest", "", plain(largest), "kW", "TR-3.6"))
        return steps

    def _list_contract_steps(self, kind: str) -> list[Step]:
        charge = self.case["basic_charge"]
        calculation = self.replay.calculation
        if charge["mode"] != "contract_demand" or calculation is None:
            return []
        contract = self.replay.demand(calculation.quantities.contract_demand_kw) or _NOTHING
        demand = self.replay.demand(calculation.quantities.demand_kw) or _NOTHING
        declared, kva = Decimal(charge["contract_kw"]), _running_kva(self.case.get("capacity", []))
        floor = f"{plain(kva)} × {plain(Decimal(charge['floor_ratio']) * 100)}%"
        steps = [Step("contract", f"max({plain(declared)}, {floor})", plain(contract), "kW", "TR-3.1")]
        ratio = Decimal(charge["band_ratio"])
        band = contract * ratio
        note = "above_band" if demand > band else "within_band"
        steps.append(Step("band", f"{plain(contract)} × {plain(ratio)}", plain(band), "kW", "TR-3.1", note))
        if kind == "excess":
            steps.append(Step("excess", f"{plain(demand)} − {plain(band)}", plain(demand - band), "kW", "TR-3.1"))
            price, multiple = plain(Decimal(charge["price"])), plain(Decimal(charge["excess_multiple"]))
            doubled = Decimal(charge["price"]) * Decimal(charge["excess_multiple"])
            steps.append(Step("excess_price", f"{price} × {multiple}", plain(doubled), "yuan/kW", "TR-3.1"))
        return steps

    def _list_part_steps(self, line: Line) -> list[Step]:
        days = part_days_of(self._read_period())
        if days is None or days == MONTH_DAYS:
            return []
        price = Decimal(self.case["basic_charge"]["price"])
        if line.code.endswith("excess"):
            price *= Decimal(self.case["basic_charge"]["excess_multiple"])
        return [Step("part_month", f"{plain(price)} × {days}/30", plain(line.price), "yuan/kW", "TR-3.3")]

    def _read_period(self) -> Row:
        """Return the period of the case as dates."""
        return {**self.case, "period": {key: date.fromisoformat(day) for key, day in self.case["period"].items()}}

    def _list_discount_steps(self, line: Line) -> list[Step]:
        discount = self.case["basic_charge"]["discount"]
        listed = sum((Decimal(row["kva"]) for row in self.case.get("capacity", [])), _NOTHING)
        total = self.replay.period_kwh("total") or _NOTHING
        needed = plain(Decimal(discount["kwh_per_kva"]))
        hours = (total / listed).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) if listed else _NOTHING
        charged = [own for own in self.lines.values() if own.code in {"basic.demand", "basic.excess"}]
        return [
            Step("load_factor", f"{plain(total)} / {plain(listed)}", plain(hours), "kWh/kVA", "TR-3.2", about=needed),
            Step("basic_sum", " + ".join(money(own.amount) for own in charged), money(line.quantity), "yuan", "TR-3.1"),
            Step("amount", f"{money(line.quantity)} × {plain(line.price * 100)}%", money(line.amount), "yuan", "TR-13"),
        ]

    def _list_active_parts(self) -> tuple[Part, ...]:
        if self.replay.calculation is None:
            return ()
        found = self.replay.calculation.quantities
        parts = [Part("billed", plain(self.replay.energy(found.total_kwh) or _NOTHING))]
        sub_kwh = self.replay.energy(found.sub_meter_kwh)
        if sub_kwh:
            parts.append(Part("sub_meters", signed(sub_kwh)))
        for share, values in zip(self.case.get("shares", []), found.share_kwh, strict=False):
            if not share.get("in_power_factor", True):
                name = "ratio_share" if "ratio" in share else "fixed_share"
                parts.append(Part(name, signed(-(self.replay.energy(values) or _NOTHING)), share["name"]))
        return tuple(parts) if len(parts) > 1 else ()

    def _list_reactive_parts(self) -> tuple[Part, ...]:
        totals = {"reactive_import": _NOTHING, "reactive_export": _NOTHING}
        for meter in self.case["meters"]:
            for kind in totals:
                start, end = (Decimal(value) for value in meter["registers"].get(kind, ("0", "0")))
                advance = end - start
                if meter.get("rollover") and advance < 0:
                    advance += Decimal(10) ** int(meter["digits"])
                totals[kind] += advance * Decimal(meter["multiplier"])
        parts = [Part(kind, plain(whole(value))) for kind, value in totals.items() if value]
        if self.replay.calculation is not None:
            found = self.replay.calculation.quantities
            reactive, metered = (self.replay.energy(values) for values in (found.reactive_kvarh, found.metered_kvarh))
            lost = (reactive or _NOTHING) - (metered or _NOTHING)
            if lost:
                parts.append(Part("losses", signed(lost)))
        return tuple(parts)

    def _list_base_parts(self, line: Line) -> tuple[Part, ...]:
        sums = {"basic": _NOTHING, "energy": _NOTHING, "share": _NOTHING}
        based = {f"share.{own['name']}" for own in self.case.get("shares", []) if own.get("in_power_factor_base")}
        for own in self.lines.values():
            kind = own.code.partition(".")[0]
            if kind in sums and not own.included and (kind != "share" or own.code in based):
                sums[kind] += own.amount
        parts = [Part(kind, money(amount)) for kind, amount in sums.items() if amount]
        taken = sum(sums.values(), _NOTHING) - line.quantity
        if taken:
            parts.append(Part("fund", money(-taken)))
        return tuple(parts)


def _counted_kva(row: Row) -> Decimal:
    if not row["charged"]:
        return _NOTHING
    kva = Decimal(row["kva"])
    return kva if row["whole"] else (kva * row["days"] / 30).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


def _transformer_step(row: Row, counted: Decimal, *, is_beaten: bool, is_interlocked: bool) -> Step:
    kva, name = Decimal(row["kva"]), row["name"]
    if not row["charged"]:
        return Step("transformer", plain(kva), "0", "kVA", "TR-3.4", "sealed", name)
    if is_beaten:
        return Step("transformer", plain(kva), "0", "kVA", "TR-3.4", "interlocked", name)
    if row["whole"]:
        note = "largest_of_group" if is_interlocked else "whole_month"
        return Step("transformer", plain(kva), plain(counted), "kVA", "TR-3.3", note, name)
    expression = f"{plain(kva)} × {row['days']}/30"
    return Step("transformer", expression, plain(counted.normalize()), "kVA", "TR-3.3", "days", name)


def _running_kva(rows: list[Row]) -> Decimal:
    """Return the capacity that the floor of contract demand takes: running, the largest of an interlock group."""
    alone, groups = _NOTHING, dict[str, Decimal]()
    for row in rows:
        if row.get("state", "running") == "cold_sealed" or row.get("days") == "0":
            continue
        kva, group = Decimal(row["kva"]), row.get("interlock")
        if group:
            groups[group] = max(kva, groups.get(group, _NOTHING))
        else:
            alone += kva
    return alone + sum(groups.values(), _NOTHING)


def _join(values: object) -> str:
    """Return terms as a sum, minus signs set apart."""
    text = " + ".join(str(value) for value in values)  # type: ignore[attr-defined]
    return text.replace("+ −", "− ")
