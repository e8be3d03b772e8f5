"""A bank that withholds, agreements of homes that are billed, and the two persons who work with files."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from psycopg.types.range import DateRange
from tests.factories import utility as factory
from tests.factories.bank_files import Row, write_text_answer, write_xml_answer
from tests.factories.billed import issue_homes
from tests.factories.utility import Utility

from dianke.application import bank_channels
from dianke.domain.channels.models import AnswerFile, Bank, StatementEntry, WithholdingBatch, WithholdingLine
from dianke.domain.channels.operations.mandates import NewMandate, add_bank, add_mandate
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.customers.models import BankAccount, CustomerAccount
from dianke.domain.customers.queries.hashes import hash_bank_account
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

DEBTS_ON = date(2026, 2, 5)
MADE_AT = datetime(2026, 2, 5, 9, tzinfo=SHANGHAI)
PAID_ON = date(2026, 2, 6)
ANSWERED_AT = datetime(2026, 2, 6, 20, tzinfo=SHANGHAI)
OUR_ACCOUNT = "3602000109000001"
# The January of a home that used so much, with the price sheet of Guangzhou.
HOME_ENDS = ("1120", "1180", "1450")
RIGHTS = {
    "maker": ["payments.view", "payments.reconcile", "archive.export", "archive.view"],
    "releaser": ["payments.view", "payments.release_files"],
}


@dataclass
class Office:
    """Homes whose January is issued, their bank and who works with it."""

    utility: Utility
    bank: Bank
    maker: Actor
    releaser: Actor
    accounts: list[CustomerAccount]

    @property
    def data_dir(self) -> Path:
        """Return where files are kept."""
        kept: Path = settings.DATA_DIR
        return kept


def build_office(
    *, layout: Layout = Layout.TEXT, ends: tuple[str, ...] = HOME_ENDS, mandates: int | None = None
) -> Office:
    """Return an office whose first homes (all, unless told) have an agreement."""
    utility = issue_homes(*ends)
    office = prepare_bank(utility, layout=layout, mandates=mandates)
    office.maker = factory.add_clerk(utility.root, "maker", RIGHTS["maker"])
    office.releaser = factory.add_clerk(utility.root, "releaser", RIGHTS["releaser"])
    return office


def prepare_bank(utility: Utility, *, layout: Layout = Layout.TEXT, mandates: int | None = None) -> Office:
    """Add the bank and the agreements of homes; the system stands for the people."""
    bank = add_bank(unit=utility.root, code="102", name="工商银行", layout=layout, client_number="GZ001",
                    account_number=OUR_ACCOUNT)  # fmt: skip
    accounts = [point.account for point in utility.points]
    for serial, account in enumerate(accounts[:mandates], 1):
        number = f"6222020000000{serial:03d}"
        BankAccount(
            account=account, bank_name="工商银行", bank_code="102100099996", holder=account.customer.name,
            number=number, number_hash=hash_bank_account(number), period=DateRange(date(2025, 1, 1), None),
        ).save()  # fmt: skip
        new = NewMandate(number=f"XY{serial:06d}", since_date=date(2025, 6, 1))
        add_mandate(actor=utility.actor, account=account, new=new, login="maker", at=MADE_AT)
    return Office(utility, bank, utility.actor, utility.actor, accounts)


def send_batch(office: Office) -> tuple[WithholdingBatch, str]:
    """Make, release and send a batch of what is owed; return it and its file as text."""
    batch = bank_channels.make_batch(actor=office.maker, bank_code="102", on=DEBTS_ON, at=MADE_AT)
    bank_channels.release_batch(actor=office.releaser, number=batch.number, at=MADE_AT)
    content = bank_channels.send_batch(actor=office.maker, number=batch.number, at=MADE_AT, data_dir=office.data_dir)
    batch.refresh_from_db()
    return batch, content.decode("gb18030")


def list_lines(office: Office, batch: WithholdingBatch) -> list[WithholdingLine]:
    """Return the lines of a batch by serial."""
    return list(WithholdingLine.objects.for_actor(office.utility.actor).filter(batch=batch).order_by("serial"))


def write_rows(lines: list[WithholdingLine], codes: dict[int, str]) -> list[Row]:
    """Return what a bank writes of lines: paid in full unless another code is named by serial."""
    rows: list[Row] = []
    for line in lines:
        code = codes.get(line.serial, "PAID")
        asked = f"{line.amount_fen // 100}.{line.amount_fen % 100:02d}"
        paid = {"PAID": asked, "PARTLY_PAID": "10.00"}.get(code, "0.00")
        day = f"{PAID_ON:%Y%m%d}" if paid != "0.00" else ""
        rows.append((f"{line.serial:06d}", line.user_number, asked, paid, code, day, f"R{line.serial}"))
    return rows


def answer(office: Office, batch: WithholdingBatch, codes: dict[int, str] | None = None, **head: str) -> bytes:
    """Return the answer of the bank to a whole batch."""
    write = write_text_answer if office.bank.layout == "TEXT" else write_xml_answer
    return write(write_rows(list_lines(office, batch), codes or {}), batch=batch.number, **head)


def bring(office: Office, content: bytes) -> AnswerFile:
    """Bring and check a file of the bank."""
    brought = bank_channels.bring_answer(
        actor=office.maker, file_name="answer.txt", content=content, at=ANSWERED_AT, data_dir=office.data_dir
    )
    return bank_channels.carry_out_check(actor=office.maker, key=brought.pk, at=ANSWERED_AT, data_dir=office.data_dir)


def book(office: Office, brought: AnswerFile) -> AnswerFile:
    """Book the good rows of a file."""
    return bank_channels.carry_out_booking(actor=office.maker, key=brought.pk, at=ANSWERED_AT, data_dir=office.data_dir)


def load(office: Office, content: bytes) -> list[StatementEntry]:
    """Load a statement and return the bookings of our account."""
    bank_channels.load_statement(
        actor=office.maker, bank_code="102", file_name="statement.xml", content=content, at=ANSWERED_AT
    )
    return list(StatementEntry.objects.for_actor(office.utility.actor).order_by("id"))
