"""New supplies and changes of voltage."""

from collections.abc import Iterator

from dianke.domain.service_orders.rules.case import Case
from dianke.domain.service_orders.types import AccountFacts, OrderKind, Refusal


def check_new_supply(case: Case) -> Iterator[Refusal]:
    """Yield what stands against a new supply: debts of the applicant or of a bankrupt, a place that is taken."""
    asked, rule = case.application, case.rule_set.kinds[case.application.kind]
    if rule.debts_must_be_zero and asked.applicant_debt_fen > 0:
        yield case.refuse("debts_open", debt_fen=asked.applicant_debt_fen)
    if asked.bankrupt_debt_fen > 0:
        article = case.rule_set.kinds[OrderKind.BANKRUPTCY].article
        yield case.refuse("bankrupt_debts_open", article=article, debt_fen=asked.bankrupt_debt_fen)
    if asked.is_place_taken:
        yield case.refuse("place_is_taken")
    if asked.capacity_kva is None or asked.capacity_kva <= 0:
        yield case.refuse("capacity_not_above", after_kva=asked.capacity_kva)
    if asked.kind is OrderKind.TEMPORARY and not asked.is_approved_longer:
        yield from case.check_longest("temporary.longest")
    if asked.kind is OrderKind.BATCH and not asked.parties:
        yield case.refuse("too_few_parties", parties=0, least=1)


def check_change_voltage(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against another voltage; down, the capacity holds as far as the lower line can carry."""
    asked = case.application
    if asked.voltage_kv is None or asked.voltage_kv == account.voltage_kv:
        yield case.refuse("voltage_missing", voltage_kv=account.voltage_kv)
    elif asked.voltage_kv < account.voltage_kv:
        wanted = account.capacity_kva if asked.capacity_kva is None else asked.capacity_kva
        if asked.line_capacity_kva is None:
            yield case.refuse("answer_missing", question="line_capacity_kva")
        elif wanted > asked.line_capacity_kva:
            yield case.refuse("line_too_small", asked_kva=wanted, line_kva=asked.line_capacity_kva)
