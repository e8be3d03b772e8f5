"""What an amount would settle, before it is taken: the same policy and the same terms as when it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from dianke.domain.billing.queries.account_terms import get_terms_of_accounts
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.debts import get_position, list_debts
from dianke.domain.receivables.queries.payments import get_payer, list_member_ids
from dianke.domain.receivables.rules.allocation import OpenDebt, allocate, get_policy
from dianke.domain.receivables.types import Component, Debt, Position, SpreadRule
from dianke.platform.identity.types import Actor

_PREVIEWING = Actor.system("telling what a payer's sum settles")


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A debt, and what of it an amount would settle."""

    debt: Debt
    is_named: bool
    principal_fen: int
    penalty_fen: int
    late_fee_fen: int
    # Whose debt it is, where one sum pays for several accounts.
    account_number: str = ""

    @property
    def paid_fen(self) -> int:
        """Return what would be settled of the debt."""
        return self.principal_fen + self.penalty_fen + self.late_fee_fen

    @property
    def left_fen(self) -> int:
        """Return what would be left to pay of it."""
        return self.debt.total_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class Preview:
    """An account's position, and what an amount would do to it."""

    lines: tuple[PreviewLine, ...]
    owed_fen: int
    prepaid_fen: int
    deposit_fen: int
    amount_fen: int
    # What would go to the prepayment.
    surplus_fen: int

    @property
    def paid_fen(self) -> int:
        """Return what would be settled of all debts."""
        return sum(line.paid_fen for line in self.lines)

    @property
    def left_fen(self) -> int:
        """Return what would be left to pay of all debts."""
        return self.owed_fen - self.paid_fen

    @property
    def late_fee_fen(self) -> int:
        """Return the late fees until the day."""
        return sum(line.debt.late_fee_fen for line in self.lines)


def preview_payment(
    *, actor: Actor, customer_account_id: int, amount_fen: int, item_ids: Collection[int], on: date
) -> Preview:
    """Return what an amount would settle of an account's debts on a day, the named bills first."""
    position = get_position(actor=actor, customer_account_id=customer_account_id, on=on)
    # They come in the order of their age, which the books know better than the due day alone.
    debts = [("", debt, rank) for rank, debt in enumerate(position.debts)]
    return _preview(actor, customer_account_id, position, debts, amount_fen, item_ids, on)


def preview_payer_payment(
    *, actor: Actor, payer_id: int, amount_fen: int, item_ids: Collection[int], on: date
) -> Preview:
    """
    Return what a sum of a collective payer would settle of its accounts' debts on a day, by its own order of accounts.

    The money that is held is that of the payer's own account, where what is left over goes.
    """
    payer = get_payer(actor=actor, key=payer_id)
    members = list_member_ids(payer=payer, on=on, actor=actor)
    # Whoever may take the payer's money sees all that it settles, in whichever unit.
    accounts = list(dict.fromkeys([payer.customer_account_id, *members]))
    numbers = dict(CustomerAccount.objects.for_actor(_PREVIEWING).filter(pk__in=accounts).values_list("pk", "number"))
    found = list_debts(actor=_PREVIEWING, customer_account_ids=accounts, on=on)
    is_ranked = payer.spread == SpreadRule.BY_MEMBER.value
    debts = [
        (numbers[key], debt, rank if is_ranked else 0)
        for rank, key in enumerate(accounts)
        for debt in found.get(key, [])
    ]
    own = get_position(actor=_PREVIEWING, customer_account_id=payer.customer_account_id, on=on)
    position = Position(tuple(debt for _number, debt, _rank in debts), own.prepaid_fen, own.deposit_fen)
    return _preview(actor, payer.customer_account_id, position, debts, amount_fen, item_ids, on)


def _preview(
    actor: Actor,
    account_id: int,
    position: Position,
    debts: Sequence[tuple[str, Debt, int]],
    amount_fen: int,
    item_ids: Collection[int],
    on: date,
) -> Preview:
    """Return a preview of debts with account and rank; the terms of the account say which part comes first."""
    own = get_terms_of_accounts(actor=actor, customer_account_ids=[account_id], on=on).get(account_id)
    policy = get_policy(day=on, terms_order=own.allocation_order.value if own and own.allocation_order else "")
    opened = [_open(debt, rank) for _number, debt, rank in debts]
    shares, surplus = allocate(amount_fen=amount_fen, debts=opened, policy=policy, named_items=item_ids)
    paid = {(share.item_id, share.component): share.amount_fen for share in shares}
    return Preview(
        lines=tuple(
            PreviewLine(
                debt=debt,
                is_named=debt.item_id in item_ids,
                principal_fen=paid.get((debt.item_id, Component.PRINCIPAL), 0),
                penalty_fen=paid.get((debt.item_id, Component.PENALTY), 0),
                late_fee_fen=paid.get((debt.item_id, Component.LATE_FEE), 0),
                account_number=number,
            )
            for number, debt, _rank in debts
        ),
        owed_fen=position.owed_fen,
        prepaid_fen=position.prepaid_fen,
        deposit_fen=position.deposit_fen,
        amount_fen=amount_fen,
        surplus_fen=surplus,
    )


def _open(debt: Debt, rank: int) -> OpenDebt:
    return OpenDebt(
        item_id=debt.item_id,
        oldest_by=debt.due_date or debt.month,
        principal_fen=debt.principal_fen,
        penalty_fen=debt.penalty_fen,
        late_fee_fen=debt.late_fee_fen,
        rank=rank,
    )
