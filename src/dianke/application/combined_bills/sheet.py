"""A combined statement as somebody may read it: sections with names, what of each is settled, what is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dianke.application.bill_documents import mask_for
from dianke.domain.billing.models import Bill, GroupStatement
from dianke.domain.billing.queries import statements as queries
from dianke.domain.billing.queries.statements import AccountBills, CustomerBills
from dianke.domain.receivables.queries.standing import load_standings
from dianke.domain.receivables.types import Component
from dianke.kernel.masks import mask_name
from dianke.platform.identity.types import Actor

SEE_WHOLE = "archive.view"


@dataclass(frozen=True)
class SheetSection:
    """One customer of a statement; money is fen, energy 1e-2 kWh, of the listed bills unless said otherwise."""

    number: str
    name: str
    accounts: Sequence[AccountBills]
    bill_count: int
    energy_kwh_e2: int
    amount_fen: int
    # What was issued for the month since.
    since_fen: int
    # What is settled of all of them today, without late fees.
    settled_fen: int

    @property
    def now_fen(self) -> int:
        """Return what the listed bills and those issued since come to."""
        return self.amount_fen + self.since_fen

    @property
    def open_fen(self) -> int:
        """Return what of that is open today."""
        return self.now_fen - self.settled_fen


@dataclass(frozen=True)
class StatementSheet:
    """A statement with its sections; `hidden_count` of its bills are of units beyond the reader's."""

    statement: GroupStatement
    title_name: str
    sections: Sequence[SheetSection]
    hidden_count: int

    @property
    def since_fen(self) -> int:
        """Return what was issued since."""
        return sum(one.since_fen for one in self.sections)

    @property
    def now_fen(self) -> int:
        """Return what the statement and what was issued since come to."""
        return self.statement.amount_fen + self.since_fen

    @property
    def settled_fen(self) -> int:
        """Return what is settled today of what the reader sees."""
        return sum(one.settled_fen for one in self.sections)

    @property
    def open_fen(self) -> int:
        """Return what is open today of what the reader sees."""
        return sum(one.open_fen for one in self.sections)

    @property
    def has_since(self) -> bool:
        """Tell whether anything was issued since."""
        return any(account.since for one in self.sections for account in one.accounts)


def read_sheet(*, actor: Actor, statement: GroupStatement) -> StatementSheet:
    """Return a statement that the actor sees, with names and addresses as the actor may read them."""
    sections = queries.list_sections(actor=actor, statement=statement)
    settled = _load_settled([bill for one in sections for bill in (*one.bills, *one.since)])
    is_whole = actor.may(SEE_WHOLE, statement.unit.path)
    return StatementSheet(
        statement=statement,
        title_name=statement.customer_name if is_whole else mask_name(statement.customer_name),
        sections=[_draw_section(actor, one, settled) for one in sections],
        hidden_count=statement.bill_count - sum(len(one.bills) for one in sections),
    )


def _draw_section(actor: Actor, section: CustomerBills, settled: Mapping[int, int]) -> SheetSection:
    bills = section.bills
    accounts = [
        replace(account, address=mask_for(actor, (*account.listed, *account.since)[0])[1])
        for account in section.accounts
    ]
    return SheetSection(
        number=section.number,
        name=mask_for(actor, section.newest)[0],
        accounts=accounts,
        bill_count=len(bills),
        energy_kwh_e2=section.energy_kwh_e2,
        amount_fen=section.amount_fen,
        since_fen=sum(bill.amount_fen for bill in section.since),
        settled_fen=sum(settled.get(bill.pk, 0) for bill in (*bills, *section.since)),
    )


def _load_settled(bills: Sequence[Bill]) -> dict[int, int]:
    """Return what is settled of bills, by key, without late fees; a reversal stands with the bill that it reverses."""
    found: dict[int, int] = {}
    for standing in load_standings(account_ids=sorted({bill.account_id for bill in bills}), with_settled=True).values():
        for line in standing.lines:
            if line.component is not Component.LATE_FEE:
                found[line.item_id] = found.get(line.item_id, 0) + line.settled_fen
    return found
