"""What a supply plan is written from, and every reason against it before other departments see it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from dianke.domain.service_orders.rules.case import OWN_RULE
from dianke.domain.service_orders.rules.plans import TwoPartDuty, find_two_part_duty
from dianke.domain.service_orders.types import Figure, OrderKind, Refusal, RuleSet

_TWO_SOURCES = frozenset({OrderKind.SUPPLY_HIGH_DUAL})
_HIGH = frozenset({OrderKind.SUPPLY_HIGH_SINGLE, OrderKind.SUPPLY_HIGH_DUAL})
_ROOT_OF_THREE = Decimal("1.7320508")
_LOW_KV, _ONE_PHASE_KV, _PT_SECONDARY = Decimal("0.38"), Decimal("0.22"), Decimal(100)
_WITHOUT_CT = Decimal(1)
# Primaries of current transformers as they are made, in A (DL/T 448).
CT_PRIMARIES = tuple(
    Decimal(one) for one in (5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200, 1500,
                             2000, 3000)
)  # fmt: skip
CT_SECONDARY = Decimal(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedSource:
    """
    A source of a draft: on a feeder or in an area, named by code; `voltage_kv` is that of the feeder or area.

    `metered_kv` is the voltage at which its meter measures; ratios as on the plates, 1/1 for a meter that needs none.
    """

    role: str
    feeder: str = ""
    area: str = ""
    voltage_kv: Decimal
    capacity_kva: Decimal
    metering_side: str
    metered_kv: Decimal
    registers: tuple[str, ...]
    ct_primary: Decimal = Decimal(1)
    ct_secondary: Decimal = Decimal(1)
    pt_primary: Decimal = Decimal(1)
    pt_secondary: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedTransformer:
    """A transformer of the applicant's own on the nth source (from one); capacity in kVA, losses in kW and percent."""

    name: str
    source: int
    capacity_kva: Decimal
    model: str = ""
    interlock_group: str = ""
    no_load_loss_kw: Decimal | None = None
    load_loss_kw: Decimal | None = None
    no_load_current_percent: Decimal | None = None
    impedance_percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """
    How somebody is to be supplied and billed; money in fen, capacity in kVA, voltage in kV.

    `standing_kva` is the capacity of transformers that run already and stay, `transformers` are those that come.
    """

    voltage: str
    voltage_kv: Decimal
    capacity_kva: Decimal
    sources: tuple[DraftedSource, ...]
    transformers: tuple[DraftedTransformer, ...] = ()
    standing_kva: Decimal = Decimal(0)
    ownership_point: str
    price_plan: str
    structure: str
    price_voltage: str = ""
    time_of_use: bool = False
    basic_mode: str = "NONE"
    contract_kw: Decimal | None = None
    power_factor_standard: Decimal | None = None
    loss_method: str = "NONE"
    has_dedicated_line: bool = False
    interlock: str = ""
    fee_fen: int = 0
    fee_reason: str = ""
    is_industry: bool = True
    is_business: bool = True
    note: str = ""


def compute_load_a(capacity_kva: Decimal, metered_kv: Decimal) -> Decimal:
    """Return the current in A that a capacity in kVA draws at the metered voltage in kV; one phase at 0.22 kV."""
    if metered_kv <= _ONE_PHASE_KV:
        return capacity_kva / metered_kv
    return capacity_kva / (_ROOT_OF_THREE * metered_kv)


def propose_ct(*, capacity_kva: Decimal, metered_kv: Decimal, rule_set: RuleSet, on: date) -> Decimal:
    """Return the primary in A of the smallest current transformer that carries the load, 1 for a direct meter."""
    load_a = compute_load_a(capacity_kva, metered_kv)
    direct = rule_set.get("metering.direct_up_to", on=on).amount or 0
    if metered_kv <= _LOW_KV and load_a <= direct:
        return _WITHOUT_CT
    return next((one for one in CT_PRIMARIES if one >= load_a), CT_PRIMARIES[-1])


def check_draft(draft: PlanDraft, *, kind: OrderKind, rule_set: RuleSet, on: date) -> list[Refusal]:
    """
    Return every reason against a draft, none if it can go to the others.

    Source: SRC-SEED-003 for sources and meetings, DL/T 448 for ratios, the rule set of the order for the rest.
    """
    found = [*_check_sources(draft, kind), *_check_capacity(draft), *_check_price(draft, rule_set, on)]
    for source in draft.sources:
        found += _check_metering(source, rule_set, on)
    return [*found, *_check_fee(draft, kind, rule_set, on)]


def compute_connected_kva(transformers: Sequence[DraftedTransformer]) -> Decimal:
    """Return the capacity in kVA that can run together: of interlocked transformers the largest."""
    groups: dict[str, Decimal] = {}
    for place, one in enumerate(transformers):
        group = one.interlock_group or f"#{place}"
        groups[group] = max(groups.get(group, Decimal(0)), one.capacity_kva)
    return sum(groups.values(), Decimal(0))


def _check_sources(draft: PlanDraft, kind: OrderKind) -> Iterator[Refusal]:
    places = {source.feeder or source.area for source in draft.sources}
    if kind in _TWO_SOURCES and (len(draft.sources) < 2 or len(places) < len(draft.sources)):
        yield _refuse("two_sources_needed", "SRC-SEED-003 no. 4.7", sources=", ".join(sorted(places)))
    if kind not in _TWO_SOURCES and kind is not OrderKind.INCREASE and len(draft.sources) != 1:
        yield _refuse("one_source_only", OWN_RULE, sources=", ".join(sorted(places)))
    if [one.role for one in draft.sources].count("MAIN") != 1:
        yield _refuse("one_main_source", OWN_RULE)
    if kind in _TWO_SOURCES and not draft.interlock.strip():
        yield _refuse("interlock_missing", "SRC-SEED-003 no. 4.7")
    for source in draft.sources:
        if kind in _HIGH and (not source.feeder or source.voltage_kv != draft.voltage_kv):
            yield _refuse("source_of_other_voltage", OWN_RULE, source=source.feeder or source.area)


def _check_capacity(draft: PlanDraft) -> Iterator[Refusal]:
    connected_kva = draft.standing_kva + compute_connected_kva(draft.transformers)
    if draft.transformers and connected_kva != draft.capacity_kva:
        yield _refuse("transformers_not_capacity", OWN_RULE, capacity=draft.capacity_kva, connected=connected_kva)
    if any(not 1 <= one.source <= len(draft.sources) for one in draft.transformers):
        yield _refuse("transformer_without_source", OWN_RULE)


def _check_price(draft: PlanDraft, rule_set: RuleSet, on: date) -> Iterator[Refusal]:
    if not draft.is_business:
        return
    duty = find_two_part_duty(capacity_kva=draft.capacity_kva, is_industry=draft.is_industry, rule_set=rule_set, on=on)
    article = rule_set.get("two_part.mandatory_from", on=on).article
    is_two_part = draft.structure == "TWO_PART"
    if duty is TwoPartDuty.MANDATORY and not is_two_part:
        yield _refuse("two_part_due", article, capacity=draft.capacity_kva)
    if duty is TwoPartDuty.NONE and is_two_part:
        yield _refuse("two_part_not_due", article, capacity=draft.capacity_kva)
    if is_two_part != (draft.basic_mode != "NONE"):
        yield _refuse("basic_mode_off", OWN_RULE, mode=draft.basic_mode)


def _check_metering(source: DraftedSource, rule_set: RuleSet, on: date) -> Iterator[Refusal]:
    load_a = compute_load_a(source.capacity_kva, source.metered_kv)
    direct = rule_set.get("metering.direct_up_to", on=on)
    least = rule_set.get("metering.ct_least_load", on=on)
    wanted = propose_ct(capacity_kva=source.capacity_kva, metered_kv=source.metered_kv, rule_set=rule_set, on=on)
    shown = {"load_a": f"{load_a:.1f}", "ct": f"{source.ct_primary.normalize():f}", "wanted": f"{wanted:f}"}
    is_direct = source.ct_primary == source.ct_secondary == _WITHOUT_CT
    if is_direct and (source.metered_kv > _LOW_KV or load_a > (direct.amount or 0)):
        yield _refuse("ct_missing", direct.article, **shown)
    elif not is_direct and not source.ct_primary * (least.amount or 0) / 100 <= load_a <= source.ct_primary:
        yield _refuse("ct_not_of_load", least.article, **shown)
    if source.metered_kv > _LOW_KV:
        rated = source.metered_kv * 1000
        if source.pt_primary * _PT_SECONDARY != rated * source.pt_secondary:
            yield _refuse("pt_not_of_voltage", least.article, pt=f"{source.pt_primary:f}", rated=f"{rated:f}")


def _check_fee(draft: PlanDraft, kind: OrderKind, rule_set: RuleSet, on: date) -> Iterator[Refusal]:
    if kind not in _TWO_SOURCES:
        if draft.fee_fen and not draft.fee_reason.strip():
            yield _refuse("fee_without_reason", OWN_RULE)
        return
    standby_kva = sum((one.capacity_kva for one in draft.sources if one.role == "STANDBY"), Decimal(0))
    least, most = (rule_set.get(f"fee.reliability_{code}", on=on) for code in ("least", "most"))
    low, high = (standby_kva * _fen(figure) for figure in (least, most))
    if not low <= draft.fee_fen <= high:
        yield _refuse(
            "fee_outside_band", least.article, fee=f"{Decimal(draft.fee_fen) / 100:.2f}", least=f"{low / 100:.2f}",
            most=f"{high / 100:.2f}",
        )  # fmt: skip


def _fen(figure: Figure) -> int:
    return (figure.amount or 0) * 100


REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "two_sources_needed": "Name two sources on different feeders.",
        "one_source_only": "Name one source.",
        "one_main_source": "Name one source as the main one.",
        "interlock_missing": "Say how the sources are interlocked.",
        "source_of_other_voltage": "Name a feeder of the voltage of the plan.",
        "transformers_not_capacity": "Make the transformers add up to the capacity of the plan.",
        "transformer_without_source": "Put each transformer on one of the sources.",
        "two_part_due": "Choose the two-part price.",
        "two_part_not_due": "Choose the single-part price.",
        "basic_mode_off": "Choose how the basic charge is measured, or none for a single-part price.",
        "ct_missing": "Choose a current transformer of the load.",
        "ct_not_of_load": "Choose a current transformer of the load.",
        "pt_not_of_voltage": "Choose a voltage transformer of the metered voltage.",
        "fee_without_reason": "Say what the fee is for.",
        "fee_outside_band": "Name a fee within the band.",
    }
)


def _refuse(code: str, article: str, **values: object) -> Refusal:
    shown = {name: str(value) for name, value in values.items()}
    return Refusal(code=code, article=article or OWN_RULE, values=shown, remedy=REMEDIES[code])
