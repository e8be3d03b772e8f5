"""What an amount would settle, before it is taken: the same policy and the same terms as when it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from dianke.domain.billing.queries.account_terms import get_terms_of_accounts
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.rules.allocation import OpenDebt, allocate, get_policy
from dianke.domain.receivables.types import Component, Debt
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A debt, and what of it an amount would settle."""

    debt: Debt
    is_named: bool
    principal_fen: int
    penalty_fen: int
    late_fee_fen: int

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
    terms = get_terms_of_accounts(actor=actor, customer_account_ids=[customer_account_id], on=on)
    own = terms.get(customer_account_id)
    policy = get_policy(day=on, terms_order=own.allocation_order.value if own and own.allocation_order else "")
    shares, surplus = allocate(
        amount_fen=amount_fen,
        # They come in the order of their age, which the books know better than the due day alone.
        debts=[_open(debt, rank) for rank, debt in enumerate(position.debts)],
        policy=policy,
        named_items=item_ids,
    )
    paid = {(share.item_id, share.component): share.amount_fen for share in shares}
    return Preview(
        lines=tuple(
            PreviewLine(
                debt=debt,
                is_named=debt.item_id in item_ids,
                principal_fen=paid.get((debt.item_id, Component.PRINCIPAL), 0),
                penalty_fen=paid.get((debt.item_id, Component.PENALTY), 0),
                late_fee_fen=paid.get((debt.item_id, Component.LATE_FEE), 0),
            )
            for debt in position.debts
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
