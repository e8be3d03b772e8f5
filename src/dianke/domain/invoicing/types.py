"""Facts of tax invoices."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

MOST_BILLS = 100
"""Bills that one invoice takes; more would be no paper that anybody checks."""


class Colour(StrEnum):
    """Whether an invoice bills or takes back (蓝字, 红字)."""

    BLUE = "BLUE"
    RED = "RED"


class InvoiceKind(StrEnum):
    """What the buyer may do with it (普通发票, 增值税专用发票)."""

    ORDINARY = "ORDINARY"
    # The buyer deducts its tax; never for a person.
    SPECIAL = "SPECIAL"


class DeliveryState(StrEnum):
    """Where an invoice stands with the tax platform (开具状态)."""

    MADE = "MADE"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    # The platform refused it: its number is used up, its bills are free again.
    REFUSED = "REFUSED"


OPEN_DELIVERIES = frozenset({DeliveryState.MADE.value, DeliveryState.SENT.value})


class RequestState(StrEnum):
    """What became of an invoice that somebody asked for."""

    ASKED = "ASKED"
    MADE = "MADE"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class RequestOrigin(StrEnum):
    """Where a request comes from."""

    STAFF = "STAFF"
    # A bill was reversed and billed again (全减另发), so its invoice has to be taken back.
    CORRECTION = "CORRECTION"


class RedReason(StrEnum):
    """Why an invoice is taken back (红冲原因)."""

    WRONG_INVOICE = "WRONG_INVOICE"
    RETURN = "RETURN"
    SERVICE_ENDED = "SERVICE_ENDED"
    ALLOWANCE = "ALLOWANCE"


class Charge(StrEnum):
    """What a line of an invoice is for."""

    ELECTRICITY = "ELECTRICITY"
    # Penalties of theft and breach: a charge beside the price (价外费用), taxed as what it comes with.
    PENALTY = "PENALTY"


class BatchState(StrEnum):
    """Where the making of a run's invoices stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


OPEN_BATCHES = frozenset({BatchState.QUEUED.value, BatchState.RUNNING.value})


@dataclass(frozen=True, slots=True)
class BilledCharge:
    """A bill as an invoice reads it: its penalty stands apart from everything else."""

    bill_id: int
    bill_number: str
    month: date
    usage_class: str
    # The day that its tax fell due: that of its issue, of a replacement that of the first bill.
    liable_on: date
    energy_kwh_e2: int
    amount_fen: int
    penalty_fen: int = 0


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line of an invoice to be made; the price is without tax, and there is none where there is no quantity."""

    bill_id: int
    bill_number: str
    month: date
    charge: Charge
    goods_code: str
    goods_group: str
    name: str
    quantity_kwh_e2: int | None
    unit_price: Decimal | None
    net_fen: int
    rate_e4: int
    tax_fen: int
    regulation: str

    @property
    def total_fen(self) -> int:
        """Return the price with its tax."""
        return self.net_fen + self.tax_fen


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """A line of an issued invoice, and what red letters have taken back of it."""

    line_id: int
    charge: Charge
    quantity_kwh_e2: int | None
    unit_price: Decimal | None
    rate_e4: int
    net_fen: int
    tax_fen: int
    taken_net_fen: int
    taken_tax_fen: int

    @property
    def left_fen(self) -> int:
        """Return what may still be taken back."""
        return self.net_fen + self.tax_fen - self.taken_net_fen - self.taken_tax_fen


@dataclass(frozen=True, slots=True)
class RedLine:
    """What a red letter takes back of a line, in figures below zero."""

    line_id: int
    quantity_kwh_e2: int | None
    unit_price: Decimal | None
    net_fen: int
    tax_fen: int


@dataclass(frozen=True, slots=True)
class PlatformAnswer:
    """What the tax platform said to an invoice; neither accepted nor refused means that it is still at it."""

    is_accepted: bool = False
    is_refused: bool = False
    platform_number: str = ""
    code: str = ""
    text: str = ""
