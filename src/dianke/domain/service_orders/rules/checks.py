"""Whether an application can be accepted: every reason against it, with its text and what can be done."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from dianke.domain.service_orders.rules import check_changes, check_money, check_spells, check_supply
from dianke.domain.service_orders.rules.case import NEW_SUPPLIES, OWN_RULE, Case
from dianke.domain.service_orders.rules.catalog import Need, list_materials
from dianke.domain.service_orders.types import (
    AccountFacts,
    ApplicationFacts,
    CapacityRule,
    OrderKind,
    Refusal,
    RuleSet,
)
from dianke.kernel.calendar import WorkingCalendar

Check = Callable[[Case, AccountFacts], Iterator[Refusal]]

# A court's decision does not wait for a case of theft.
_WHATEVER_THE_CASE = frozenset({OrderKind.BANKRUPTCY})
# What ends a temporary supply is no change of it.
_ALLOWED_WHILE_TEMPORARY = frozenset({OrderKind.CLOSE, OrderKind.CLOSE_FORCED, OrderKind.BANKRUPTCY})

# What reads the meters or moves them waits until they hang again.
_NEEDS_METERS = frozenset(
    {OrderKind.REMOVE, OrderKind.MOVE_METER, OrderKind.TRANSFER, OrderKind.SPLIT, OrderKind.MERGE}
)

_CHECKS: Mapping[OrderKind, Check] = MappingProxyType(
    {
        OrderKind.REDUCE: check_spells.check_reduce,
        OrderKind.RESTORE: check_spells.check_restore,
        OrderKind.SUSPEND: check_spells.check_suspend,
        OrderKind.RESUME: check_spells.check_resume,
        OrderKind.EXCHANGE: check_changes.check_exchange,
        OrderKind.EXCHANGE_BACK: check_changes.check_exchange_back,
        OrderKind.RELOCATE: check_changes.check_relocate,
        OrderKind.MOVE_METER: check_changes.check_move_meter,
        OrderKind.REMOVE: check_changes.check_remove,
        OrderKind.REINSTALL: check_changes.check_reinstall,
        OrderKind.RENAME: check_changes.check_rename,
        OrderKind.TRANSFER: check_changes.check_transfer,
        OrderKind.SPLIT: check_changes.check_split,
        OrderKind.MERGE: check_changes.check_merge,
        OrderKind.CLOSE: check_changes.check_close,
        OrderKind.CLOSE_FORCED: check_changes.check_close_forced,
        OrderKind.CHANGE_VOLTAGE: check_supply.check_change_voltage,
        OrderKind.CHANGE_CLASS: check_money.check_change_class,
        OrderKind.CHANGE_MODE: check_money.check_change_mode,
        OrderKind.CHANGE_DEMAND: check_money.check_change_demand,
        OrderKind.MANY_PERSONS: check_money.check_many_persons,
        OrderKind.BANKRUPTCY: check_money.check_bankruptcy,
    }
)


def check_application(
    *, application: ApplicationFacts, account: AccountFacts | None, rule_set: RuleSet, calendar: WorkingCalendar
) -> list[Refusal]:
    """
    Return every reason against an application, none if it can be accepted.

    `account` is the one that is to change, None for a new supply. Money in fen, capacity in kVA, voltage in kV.
    Source: the article of each refusal (docs/regulations.toml).
    """
    case = Case(application=application, account=account, rule_set=rule_set, calendar=calendar)
    refusals = list(_check_always(case))
    if application.kind in NEW_SUPPLIES:
        return refusals + list(check_supply.check_new_supply(case))
    if account is None:
        return [*refusals, case.refuse("account_missing")]
    refusals += _check_account(case, account)
    refusals += _check_capacity(case, account)
    check = _CHECKS.get(application.kind)
    return refusals + list(check(case, account)) if check else refusals


def list_kinds_on_offer(rule_set: RuleSet) -> list[OrderKind]:
    """Return the kinds that can be applied for under a rule set; running spells of a withdrawn kind still end."""
    return [kind for kind in OrderKind if kind not in rule_set.withdrawn]


def _check_always(case: Case) -> Iterator[Refusal]:
    asked = case.application
    if asked.kind in case.rule_set.withdrawn:
        yield case.refuse("kind_withdrawn", article=case.rule_set.withdrawn[asked.kind], rule_set=case.rule_set.code)
    if asked.effective_on < asked.accepted_on:
        yield case.refuse("backdated", article=OWN_RULE, asked=asked.effective_on, today=asked.accepted_on)
    needed = list_materials(kind=asked.kind, on=asked.accepted_on)
    missing = [paper.code for paper in needed if paper.need is Need.MANDATORY and paper.code not in asked.papers]
    if missing:
        yield case.refuse("papers_missing", papers=", ".join(missing))


def _check_account(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    kind, rule = case.application.kind, case.rule_set.kinds[case.application.kind]
    if account.has_open_theft_case and kind not in _WHATEVER_THE_CASE:
        yield case.refuse("theft_case_open", article=OWN_RULE)
    if account.open_change_orders:
        yield case.refuse("change_order_open", article=OWN_RULE, orders=", ".join(account.open_change_orders))
    # Between private parties the new one may take the debts over with the account (REG-SUPPLY-1996 art. 29).
    is_carried = kind is OrderKind.TRANSFER and case.application.carries_debts
    if rule.debts_must_be_zero and account.debt_fen > 0 and not is_carried:
        yield case.refuse("debts_open", debt_fen=account.debt_fen)
    if account.removed_on is not None and kind in _NEEDS_METERS:
        yield case.refuse("removal_running", article=OWN_RULE, since=account.removed_on)
    changes_allowed = case.get("temporary.changes_allowed")
    if account.is_temporary and not changes_allowed.amount and kind not in _ALLOWED_WHILE_TEMPORARY:
        yield case.refuse("temporary_supply", article=changes_allowed.article)


def _check_capacity(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Compare the capacity asked for with the present one; where none is asked for it stays."""
    rule, before = case.rule_set.kinds[case.application.kind].capacity, account.capacity_kva
    after = case.application.capacity_kva
    if rule is CapacityRule.EQUAL and after is not None and after != before:
        yield case.refuse("capacity_not_equal", before_kva=before, after_kva=after)
    if rule is CapacityRule.NOT_ABOVE and after is not None and after > before:
        yield case.refuse("capacity_above", excess_kva=after - before, before_kva=before, after_kva=after)
    if rule is CapacityRule.ABOVE and (after is None or after <= before):
        yield case.refuse("capacity_not_above", before_kva=before, after_kva=after)
    if rule is CapacityRule.BELOW and after is not None and not 0 <= after < before:
        yield case.refuse("capacity_not_below", before_kva=before, after_kva=after)
