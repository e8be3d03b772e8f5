"""What gateways and agents are, what gateways send, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AcquirerKind(StrEnum):
    """Who takes money for us: a gateway by its interface, an agent by daily files, a bank by a terminal of ours."""

    SIMULATED = "SIMULATED"
    AGENT = "AGENT"
    # The card terminal of a counter (刷卡终端); what it took is known from the shifts.
    TERMINAL = "TERMINAL"


# Gateways have keys and a page to pay at.
WITHOUT_KEYS = frozenset({AcquirerKind.AGENT, AcquirerKind.TERMINAL})


class KeyState(StrEnum):
    """Where a public key of a gateway stands: entered by one person, released by another."""

    PROPOSED = "PROPOSED"
    IN_USE = "IN_USE"
    REFUSED = "REFUSED"
    ENDED = "ENDED"


class OrderState(StrEnum):
    """Where an order to pay stands."""

    OPEN = "OPEN"
    PAID = "PAID"
    EXPIRED = "EXPIRED"
    CLOSED = "CLOSED"
    REFUNDED = "REFUNDED"


class NoticeKind(StrEnum):
    """What a gateway tells: money came, or went back."""

    PAID = "PAID"
    REFUNDED = "REFUNDED"


class CallBackFault(StrEnum):
    """Why a call-back is worth nothing."""

    KEY_UNKNOWN = "KEY_UNKNOWN"
    SIGNATURE_WRONG = "SIGNATURE_WRONG"
    TOO_OLD = "TOO_OLD"
    UNREADABLE = "UNREADABLE"
    MERCHANT_WRONG = "MERCHANT_WRONG"


class Outcome(StrEnum):
    """What a call-back that is worth something did."""

    # The money settles debts of the order's account.
    BOOKED = "BOOKED"
    # The money came and had gone back before we heard of it: both are booked.
    BOOKED_AND_REVERSED = "BOOKED_AND_REVERSED"
    # The money is in the books, in suspense; why is the reason of the outcome.
    SUSPENSE = "SUSPENSE"
    REVERSED = "REVERSED"
    # A refund of a payment that nobody has told of yet.
    EARLY = "EARLY"
    # It changes nothing, for it was told before.
    REPEATED = "REPEATED"
    # It contradicts what is known; reconciliation shows it as work.
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class SignedCall:
    """A call as it came: what its headers say, and the bytes of its body."""

    key_id: str
    timestamp: str
    nonce: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """What a call-back tells; `number` is the gateway's own of the payment, also where money goes back."""

    kind: NoticeKind
    merchant: str
    order_number: str
    number: str
    amount_fen: int
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What the page of a gateway is asked to collect."""

    merchant: str
    number: str
    amount_fen: int
    subject: str
    expires_at: datetime
