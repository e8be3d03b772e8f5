"""A simulated gateway and an agent, homes with bills to pay, and what gateways send."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.test import Client
from tests.factories import utility as factory
from tests.factories.banks import OUR_ACCOUNT
from tests.factories.billed import issue_homes
from tests.factories.utility import Utility

from dianke.application import acquirers
from dianke.domain.channels.models import Acquirer, CollectionFile, PaymentOrder
from dianke.domain.channels.operations.acquirers import NewAcquirer, add_acquirer, decide_key, propose_key
from dianke.domain.channels.operations.mandates import add_bank
from dianke.domain.channels.rules.bank_files.text_layout import write_text
from dianke.domain.channels.rules.bank_files.types import CollectionLine, CollectionWay, FileKind, Head, Layout
from dianke.domain.channels.rules.gateway import signing
from dianke.domain.channels.rules.gateway.plain import (
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    write_call_back,
)
from dianke.domain.channels.rules.gateway.types import AcquirerKind, Notice, NoticeKind
from dianke.domain.customers.models import CustomerAccount
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

NOW = datetime(2026, 2, 6, 10, tzinfo=SHANGHAI)
MERCHANT, AGENT_MERCHANT = "888000123456", "AG440100077"
RIGHTS = {
    "clerk": ["payments.view", "payments.order", "archive.view"],
    "maker": ["payments.view", "payments.reconcile", "archive.view", "archive.export"],
    "chief": ["payments.view", "payments.release_files", "payments.approve", "archive.view"],
}


@cache
def get_gateway_key() -> str:
    """Return the private key of the simulated gateway."""
    return signing.make_private_key()


@dataclass
class Office:
    """Homes whose January is issued, a gateway, an agent, a bank and who works with them."""

    utility: Utility
    gateway: Acquirer
    agent: Acquirer
    accounts: list[CustomerAccount]
    clerk: Actor
    maker: Actor
    chief: Actor


def build_office(*ends: str, with_people: bool = True) -> Office:
    """Return an office with as many homes as readings."""
    utility = issue_homes(*(ends or ("1120", "1180", "1450")))
    add_bank(unit=utility.root, code="102", name="工商银行", layout=Layout.TEXT, client_number="GZ001",
             account_number=OUR_ACCOUNT)  # fmt: skip
    gateway = add_gateway(utility)
    agent = add_acquirer(unit=utility.root, new=NewAcquirer("POST", "邮政代收", AcquirerKind.AGENT, AGENT_MERCHANT))
    people = {
        login: factory.add_clerk(utility.root, login, rights) if with_people else utility.actor
        for login, rights in RIGHTS.items()
    }
    return Office(utility, gateway, agent, [point.account for point in utility.points], **people)


def add_gateway(utility: Utility) -> Acquirer:
    """Add a simulated gateway whose key is in force."""
    settings.SIMULATED_GATEWAY = True
    gateway = add_acquirer(
        unit=utility.root,
        new=NewAcquirer("SIM", "模拟网关", AcquirerKind.SIMULATED, MERCHANT, "http://127.0.0.1:8899/pay", 30),
    )
    public = signing.get_public_key(get_gateway_key())
    key = propose_key(acquirer=gateway, key_id="SIM-1", public_key=public, login="maker", at=NOW)
    decide_key(key=key, is_approved=True, login="chief", at=NOW)
    return gateway


def order(office: Office, place: int = 0, *, at: datetime = NOW, **options: Any) -> PaymentOrder:
    """Make an order for what a home owes."""
    return acquirers.make_order(actor=office.clerk, account_number=office.accounts[place].number, at=at, **options)


def tell_paid(made: PaymentOrder, number: str = "G1", **changes: Any) -> Notice:
    """Return what the gateway tells of an order that was paid."""
    fields: dict[str, Any] = {
        "kind": NoticeKind.PAID, "merchant": MERCHANT, "order_number": made.number, "number": number,
        "amount_fen": made.amount_fen, "happened_at": NOW + timedelta(minutes=1),
    }  # fmt: skip
    return Notice(**{**fields, **changes})


def tell_refunded(made: PaymentOrder, number: str = "G1", **changes: Any) -> Notice:
    """Return what the gateway tells of a payment that went back."""
    return tell_paid(
        made, number, **{"kind": NoticeKind.REFUNDED, "happened_at": NOW + timedelta(minutes=3), **changes}
    )


def sign(body: bytes, *, at: datetime, private_key: str = "", key_id: str = "SIM-1") -> dict[str, str]:
    """Return the headers of a call that the gateway signs at a moment."""
    timestamp, nonce = str(int(at.timestamp())), secrets.token_hex(8)
    signature = signing.sign_call(
        private_pem=private_key or get_gateway_key(), timestamp=timestamp, nonce=nonce, body=body
    )
    return {KEY_HEADER: key_id, TIME_HEADER: timestamp, NONCE_HEADER: nonce, SIGNATURE_HEADER: signature}


def call(notice: Notice, *, at: datetime = NOW + timedelta(minutes=5), **signed: Any) -> bool:
    """Call back as the gateway does, and return whether it was taken."""
    body = write_call_back(notice)
    headers = sign(body, at=at, **signed)
    return acquirers.take_call_back(code="SIM", headers=headers, body=body, address="127.0.0.1", at=at)


def post(body: bytes, headers: dict[str, str], *, code: str = "SIM") -> Any:
    """Send a request to the feed."""
    return Client().post(
        f"/feeds/gateway/{code}/call-back", data=body, content_type="application/json", headers=headers
    )


def line(
    serial: int, number: str, target: str, amount_fen: int, *, way: str = "PAID", fee_fen: int = 0, minute: int = 1
) -> CollectionLine:
    """Return a line of the file of a day."""
    return CollectionLine(
        serial, number, target, CollectionWay(way), amount_fen, fee_fen, NOW + timedelta(minutes=minute)
    )


def write_file(acquirer: Acquirer, lines: list[CollectionLine], *, number: str = "1", day: date | None = None) -> bytes:
    """Return the file of a day of a gateway or agent."""
    head = Head(FileKind.COLLECTION, acquirer.code, acquirer.merchant_number, "JS1", day or NOW.date(), number)
    return write_text(head, lines)


def bring(office: Office, acquirer: Acquirer, content: bytes) -> CollectionFile:
    """Hand the file of a day in."""
    return acquirers.bring_file(
        actor=office.maker, code=acquirer.code, file_name="day.txt", content=content,
        at=NOW + timedelta(hours=10), data_dir=settings.DATA_DIR,
    )  # fmt: skip
