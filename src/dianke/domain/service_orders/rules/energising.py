"""What must hold before supply is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from dianke.domain.service_orders.rules.catalog import Need, list_materials
from dianke.domain.service_orders.types import OrderKind, Refusal, RuleSet

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "fee_unpaid": "Collect the fees first.",
        "contract_unsigned": "Have the contract signed first.",
        "agreement_unsigned": "Have the agreement signed first.",
        "inspection_not_passed": "Have the works inspected again.",
        "meter_not_installed": "Install the meter first.",
        "meter_unsealed": "Seal the meter first.",
        "file_incomplete": "Complete the data of the account first.",
        "papers_missing": "Bring the papers that are missing.",
        "plan_expired": "Extend the plan or apply anew.",
    }
)
_AGREEMENTS = {OrderKind.SUPPLY_HIGH_DUAL: ("dispatch", "dual_source")}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergisingFacts:
    """How far an order is; fees in fen, `meters` and `sealed_meters` by number."""

    kind: OrderKind
    fees_due_fen: int
    is_contract_signed: bool
    signed_agreements: frozenset[str]
    is_inspection_needed: bool
    is_inspection_passed: bool
    planned_meters: frozenset[str]
    installed_meters: frozenset[str]
    sealed_meters: frozenset[str]
    missing_data: tuple[str, ...]
    papers: frozenset[str]
    is_plan_valid: bool = True


def list_missing_before_energising(facts: EnergisingFacts, *, rule_set: RuleSet, accepted_on: date) -> list[Refusal]:
    """
    Return everything that must be done before supply is switched on, none where it may be.

    Papers are those of the day of acceptance, later ones included. Source: SRC-SEED-000, section 2, nos 5 to 10.
    """
    needed = list_materials(kind=facts.kind, on=accepted_on)
    papers = [paper.code for paper in needed if paper.need is not Need.NOT_REQUIRED and paper.code not in facts.papers]
    agreements = [name for name in _AGREEMENTS.get(facts.kind, ()) if name not in facts.signed_agreements]
    not_installed = sorted(facts.planned_meters - facts.installed_meters)
    unsealed = sorted(facts.installed_meters - facts.sealed_meters)
    found: list[tuple[str, str]] = [
        ("fee_unpaid", str(facts.fees_due_fen) if facts.fees_due_fen > 0 else ""),
        ("contract_unsigned", "" if facts.is_contract_signed else "contract"),
        ("agreement_unsigned", ", ".join(agreements)),
        (
            "inspection_not_passed",
            "inspection" if facts.is_inspection_needed and not facts.is_inspection_passed else "",
        ),
        ("meter_not_installed", ", ".join(not_installed) if facts.planned_meters else "meter"),
        ("meter_unsealed", ", ".join(unsealed)),
        ("file_incomplete", ", ".join(facts.missing_data)),
        ("papers_missing", ", ".join(papers)),
        ("plan_expired", "" if facts.is_plan_valid else "plan"),
    ]
    article = rule_set.kinds[facts.kind].article
    return [
        Refusal(code=code, article=article, values=MappingProxyType({"missing": what}), remedy=REMEDIES[code])
        for code, what in found
        if what
    ]
