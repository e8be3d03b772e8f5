"""Class, basic charge mode, contract demand, households of many persons, bankruptcy."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from dianke.domain.billing.types import BasicMode
from dianke.domain.service_orders.rules.case import Case
from dianke.domain.service_orders.rules.months import add_months
from dianke.domain.service_orders.rules.spells import sum_charged_kva
from dianke.domain.service_orders.types import AccountFacts, Refusal


def check_change_class(case: Case, _account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against another class: it is for another use behind the same equipment."""
    yield from case.must_be(case.application.is_same_supply_point, True, "other_supply_point")
    yield from case.must_be(case.application.is_same_class, False, "same_class")


def check_change_mode(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against another mode of the basic charge: the notice and the term since the last one."""
    asked = case.application.basic_mode
    if account.basic_mode is BasicMode.NONE:
        yield case.refuse("not_two_part")
    if asked is None or asked is BasicMode.NONE:
        yield case.refuse("mode_missing")
    elif asked is account.basic_mode:
        yield case.refuse("same_mode")
    if asked is BasicMode.CONTRACT_DEMAND:
        yield from _check_demand(case, account)
    yield from case.check_notice("mode.notice")
    yield from _check_term(case, "mode.interval", account.mode_changed_on)


def check_change_demand(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against another contract demand: mode, notice, term and the floor."""
    if account.basic_mode is not BasicMode.CONTRACT_DEMAND:
        yield case.refuse("wrong_mode", mode=account.basic_mode)
    yield from case.check_notice("demand.notice")
    yield from _check_term(case, "demand.interval", account.demand_changed_on)
    yield from _check_demand(case, account)


def compute_demand_floor_kw(case: Case, account: AccountFacts) -> Decimal:
    """Return the lowest contract demand in kW: the share of the running kVA, motors on high voltage included."""
    running = account.running_capacity_kva
    if running is None:
        running = sum_charged_kva(account.units, account.interlocked)
    return running * (case.get("demand.floor").amount or 0) / 100


def check_many_persons(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against larger tiers: no home, or too few persons."""
    least, persons = case.get("many_persons.least"), case.application.persons or 0
    if not account.is_resident:
        yield case.refuse("not_residential", article=least.article)
    if persons < (least.amount or 0):
        yield case.refuse("too_few_persons", article=least.article, persons=persons, least=least.amount)


def check_bankruptcy(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against closing a bankrupt: open debts are claimed from the liquidator first."""
    claimed = case.application.open_claim_fen or 0
    if account.debt_fen > claimed:
        yield case.refuse("claim_missing", debt_fen=account.debt_fen, claimed_fen=claimed)


def _check_demand(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    asked, floor_kw = case.application.contract_demand_kw, compute_demand_floor_kw(case, account)
    if asked is None:
        yield case.refuse("demand_missing", least_kw=floor_kw)
    elif asked < floor_kw:
        article = case.get("demand.floor").article
        yield case.refuse("demand_too_low", article=article, asked_kw=asked, least_kw=floor_kw)


def _check_term(case: Case, code: str, last: date | None) -> Iterator[Refusal]:
    figure, effective = case.get(code), case.application.effective_on
    if effective.day != 1:
        # Basic charges are those of whole months; another day would split one. [P]
        yield case.refuse("not_first_of_month", asked=effective)
    if last is not None and figure.amount is not None and effective < add_months(last, figure.amount):
        yield case.refuse("too_soon", article=figure.article, last=last, earliest=add_months(last, figure.amount))
