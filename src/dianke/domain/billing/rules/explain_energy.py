"""Steps of energy lines: registers, multiplier, what is added and taken, price, amount; tiers; losses."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dianke.domain.billing.rules.explanations import (
    Line,
    LineExplanation,
    Part,
    Step,
    amount_step,
    plain,
    signed,
    whole,
)
from dianke.domain.billing.rules.replay import Replay, Row

PERIODS = ("sharp", "peak", "flat", "valley", "deep")
_FLOATING = ("PURCHASE", "LINE_LOSS")
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Advance:
    """How far one register of one meter went."""

    meter: Row
    start: str
    end: str
    value: Decimal
    is_rollover: bool

    @property
    def energy(self) -> Decimal:
        """Return the energy behind the advance, not rounded."""
        return self.value * Decimal(self.meter["multiplier"])


@dataclass(frozen=True)
class EnergyExplainer:
    """Opens the energy lines of one bill."""

    basis: Row
    replay: Replay

    @property
    def case(self) -> Row:
        """Return the frozen case."""
        case: Row = self.basis["case"]
        return case

    def explain_period(self, line: Line, period: str) -> LineExplanation:
        """Return the line of a period, or of all hours, from its registers on."""
        register = "total" if period == "single" else period
        advances = list(self._list_advances(register))
        steps = [step for advance in advances for step in self._measure(advance, several=len(advances) > 1)]
        steps += [self._settle(line, register, advances), self._price(line, period), amount_step(line)]
        lone = advances[0] if len(advances) == 1 else None
        return LineExplanation(line, steps, start=lone.start if lone else "", end=lone.end if lone else "")

    def explain_tier(self, line: Line, number: int) -> LineExplanation:
        """Return the line of a tier: how much of the period's energy lies in it."""
        tiers = self.case["energy_price"]["tiers"]
        months = Decimal(self.case.get("months", "1"))
        limits = [Decimal(tier["up_to_kwh"]) * months if "up_to_kwh" in tier else None for tier in tiers]
        lower = limits[number - 2] if number > 1 else _NOTHING
        upper = limits[number - 1] if number <= len(limits) else None
        before = Decimal(self.case["energy_price"].get("used_before_kwh", "0"))
        reached = before + (self.replay.period_kwh("total", after_shares=True) or line.quantity)
        first, last = max(lower or _NOTHING, before), reached if upper is None else min(upper, reached)
        expression = f"{plain(last)} − {plain(first)}" if first else plain(last)
        span = f"{plain(lower or _NOTHING)}/{plain(upper) if upper is not None else ''}"
        tier = Step("tier", expression, plain(line.quantity), "kWh", "TR-6", about=span)
        return LineExplanation(line, [tier, amount_step(line)])

    def list_losses(self) -> list[Step]:
        """Return the losses that were added, each with its formula; none where metering is at the boundary."""
        if self.replay.calculation is None:
            return []
        found = self.replay.calculation.quantities
        loss = self.case.get("transformer_loss", {})
        formulas = self._loss_formulas(loss)
        steps = []
        for kind, values, unit in (
            ("iron", found.iron_loss_kwh, "kWh"),
            ("copper", found.copper_loss_kwh, "kWh"),
            ("line", found.line_loss_kwh, "kWh"),
            ("iron_reactive", found.iron_loss_kvarh, "kvarh"),
            ("copper_reactive", found.copper_loss_kvarh, "kvarh"),
            ("line_reactive", found.line_loss_kvarh, "kvarh"),
        ):
            value = self.replay.energy(values)
            if value is not None and (value or formulas.get(kind)):
                rule = "TR-1.3" if kind.startswith("line") else "TR-1.2"
                steps.append(Step(kind, formulas.get(kind, ""), plain(value), unit, rule))
        return steps

    def _loss_formulas(self, loss: Row) -> dict[str, str]:
        found = self.replay.calculation.quantities if self.replay.calculation else None
        active = self.replay.energy(found.metered_kwh) if found else None
        reactive = self.replay.energy(found.metered_kvarh) if found else None
        formulas: dict[str, str] = {}
        if self.case.get("line_loss_ratio"):
            percent = plain(Decimal(self.case["line_loss_ratio"]) * 100)
            formulas = {"line": f"× {percent}%", "line_reactive": f"× {percent}%"}
        if active is None or loss.get("method") not in {"formula", "ratio"}:
            return formulas
        if loss["method"] == "ratio":
            percent = plain(Decimal(loss["copper_ratio"]) * 100)
            return {**formulas, "copper": f"{plain(active)} × {percent}%"}
        kva, hours, k = (plain(Decimal(loss[name])) for name in ("sn_kva", "hours", "k"))
        squares = f"({plain(active)}² + {plain(reactive or _NOTHING)}²) / ({kva}² × {hours})"
        magnetising, impedance = (plain(Decimal(loss[name])) for name in ("i0_percent", "uk_percent"))
        return {
            **formulas,
            "iron": f"P₀ {plain(Decimal(loss['p0_kw']))} kW × {hours} h",
            "copper": f"K {k} × Pk {plain(Decimal(loss['pk_kw']))} kW × {squares}",
            "iron_reactive": f"I₀ {magnetising}% × {kva} kVA × {hours} h",
            "copper_reactive": f"K {k} × Uk {impedance}% × {kva} kVA × {squares}",
        }

    def _list_advances(self, register: str) -> Iterable[Advance]:
        for meter, described in zip(self.case["meters"], self.basis["meters"], strict=True):
            if register not in meter["registers"]:
                continue
            start, end = meter["registers"][register]
            value = Decimal(end) - Decimal(start)
            is_rollover = bool(meter.get("rollover")) and value < 0
            if is_rollover:
                value += Decimal(10) ** int(meter["digits"])
            yield Advance(described, start, end, value, is_rollover)

    def _measure(self, advance: Advance, *, several: bool) -> Iterable[Step]:
        meter = advance.meter
        expression = f"{plain(Decimal(advance.end))} − {plain(Decimal(advance.start))}"
        if advance.is_rollover:
            lacking = advance.value - Decimal(advance.end) + Decimal(advance.start)
            expression = f"{plain(lacking)} + {expression}"
        span = f"{meter['from']}/{meter['to']}" if several else ""
        yield Step("advance", expression, plain(advance.value), "", "TR-1.1", meter["quality"], span)
        ratios = " × ".join(f"{name} {meter[key]}" for name, key in (("CT", "ct"), ("PT", "pt")) if meter[key])
        yield Step("multiplier", ratios, plain(Decimal(meter["multiplier"])), "", "TR-1.1", about=meter["meter"])

    def _settle(self, line: Line, register: str, advances: list[Advance]) -> Step:
        """Metered energy, then everything between it and what is priced, so that the sum stands there."""
        if advances:
            exact = sum((advance.energy for advance in advances), _NOTHING)
            metered = whole(exact)
            expression, note = " + ".join(_product(advance) for advance in advances), ""
            if exact != metered:
                is_bare = len(advances) == 1 and exact == advances[0].value
                exactly = expression if is_bare else f"{expression} = {plain(exact)}"
                expression, note = f"{exactly} ≈ {plain(metered)}", "rounded"
        else:
            metered, expression = self._derive_flat(line)
            note = "derived_flat"
        parts = tuple(self._list_parts(line, register, metered))
        return Step("quantity", expression, plain(line.quantity), "kWh", "TR-1", note, parts=parts)

    def _derive_flat(self, line: Line) -> tuple[Decimal, str]:
        """A flat register that the meter has not is the total less the other periods."""
        amounts = {kind: list(self._list_advances(kind)) for kind in ("total", *PERIODS)}
        read = {kind: whole(sum((one.energy for one in found), _NOTHING)) for kind, found in amounts.items() if found}
        if "total" not in read:
            return line.quantity, plain(line.quantity)
        others = [value for kind, value in read.items() if kind != "total"]
        return read["total"] - sum(others, _NOTHING), " − ".join(plain(value) for value in (read["total"], *others))

    def _list_parts(self, line: Line, register: str, metered: Decimal) -> Iterable[Part]:
        before = self.replay.period_kwh(register)
        before = metered if before is None else before
        taken = self._taken_by_sub_meters(register, metered, before)
        if taken:
            yield Part("sub_meters", signed(-taken))
        lost = before - (metered - taken)
        if lost:
            yield Part(self._name_loss(), signed(lost))
        shared = before - line.quantity
        if shared:
            yield Part(self._name_share(), signed(-shared), self._name_of_share())

    def _taken_by_sub_meters(self, register: str, metered: Decimal, before: Decimal) -> Decimal:
        added: Row = self.case["meters"][0].get("add", {}) if self.case["meters"] else {}
        if register in added:
            return -Decimal(added[register])
        # Only the total of the sub-meters is known; without losses the rest of the difference is theirs.
        return metered - before if added and not self._name_loss() else _NOTHING

    def _name_loss(self) -> str:
        has = {"transformer_loss": "transformer_loss" in self.case, "line_loss": "line_loss_ratio" in self.case}
        names = [name for name, is_there in has.items() if is_there]
        return "losses" if len(names) == 2 else "".join(names)

    def _name_share(self) -> str:
        shares = self.case.get("shares", [])
        kinds = {"ratio_share" if "ratio" in share else "fixed_share" for share in shares}
        return kinds.pop() if len(kinds) == 1 else "shares"

    def _name_of_share(self) -> str:
        shares: list[Any] = self.case.get("shares", [])
        return str(shares[0]["name"]) if len(shares) == 1 else ""

    def _price(self, line: Line, period: str) -> Step:
        """
        What the price is made of.

        Only purchase and upstream loss float with the hours, and the printed price of a period is
        authoritative (TR-4), so their part is what the fixed parts leave of it.
        """
        price = self.basis["price"]
        components, printed = price["components"], plain(line.price)
        fixed = [part for part in components if part["kind"] not in _FLOATING]
        rest = line.price - sum((Decimal(part["price"]) for part in fixed), _NOTHING)
        floating = [part for part in components if part["kind"] in _FLOATING]
        stated = sum((Decimal(part["price"]) for part in floating), _NOTHING)
        parts = [Part("+".join(part["kind"] for part in floating) or "ENERGY", plain(rest))] if fixed else []
        parts += [Part(part["kind"], plain(Decimal(part["price"]))) for part in fixed]
        note = ""
        if floating and rest != stated:
            note = "printed" if period in {"flat", "single"} else "floats"
        return Step("price", "", printed, "yuan/kWh", "TR-8", note, price["sheet"], tuple(parts))


def _product(advance: Advance) -> str:
    multiplier = Decimal(advance.meter["multiplier"])
    return plain(advance.value) if multiplier == 1 else f"{plain(advance.value)} × {plain(multiplier)}"
