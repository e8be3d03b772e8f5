"""Tables of invoicing: who sells and buys, invoices that only grow, their way to the platform, what is asked for."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.billing.models import BillRun
from dianke.domain.customers.models import Customer
from dianke.domain.invoicing.types import (
    OPEN_BATCHES,
    BatchState,
    Charge,
    Colour,
    DeliveryState,
    InvoiceKind,
    RedReason,
    RequestOrigin,
    RequestState,
)
from dianke.platform.crypto.fields import EncryptedTextField
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("invoicing_invoice", "invoicing_invoiceline")

_OPEN_BATCHES = sorted(OPEN_BATCHES)
_ENDED_BATCHES = [state.value for state in BatchState if state.value not in OPEN_BATCHES]


@pghistory.track()
class InvoiceSeller(ScopedModel):
    """Who sells: the unit that is a taxpayer, for itself and every unit below without a seller of its own (销售方)."""

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    tax_number = models.CharField(max_length=20)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    bank_number = models.CharField(max_length=40, blank=True)
    changed_by = models.CharField(max_length=40)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class InvoiceProfile(ScopedModel):
    """What a customer's invoices say of the buyer (开票信息)."""

    unit_lookup = "customer__unit"

    customer = models.OneToOneField(Customer, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[(one.value, one.value) for one in InvoiceKind])
    title = models.CharField(max_length=120)
    tax_number = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = EncryptedTextField(purpose="phone")
    bank_name = models.CharField(max_length=80, blank=True)
    bank_number = EncryptedTextField(purpose="bank_account")
    changed_by = models.CharField(max_length=40)
    changed_at = models.DateTimeField()

    class Meta:
        """A special invoice names its buyer's tax number."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(kind=InvoiceKind.SPECIAL.value) | ~models.Q(tax_number=""),
                name="special_invoice_has_a_tax_number",
            )
        ]

    def __str__(self) -> str:
        return self.title


class InvoiceSeries(ScopedModel):
    """The last number that invoices of a seller and year were given; taken in the transaction that makes them."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    last_number = models.IntegerField()

    class Meta:
        """One series a seller and year."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "year"], name="invoice_series_key")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}"


class Invoice(ScopedModel):
    """A tax invoice (电子发票) as it was made; a red one (红字) refers to the blue one it takes back. Never changed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    seller_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # Without a gap within seller and year.
    number = models.CharField(max_length=40, unique=True)
    colour = models.CharField(max_length=4, choices=[(one.value, one.value) for one in Colour])
    kind = models.CharField(max_length=10, choices=[(one.value, one.value) for one in InvoiceKind])
    invoice_date = models.DateField()
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    # Of the first bill; an invoice may hold bills of several accounts of its buyer.
    account_number = models.CharField(max_length=10)
    seller_name = models.CharField(max_length=120)
    seller_tax_number = models.CharField(max_length=20)
    seller_address = models.CharField(max_length=200, blank=True)
    seller_phone = models.CharField(max_length=30, blank=True)
    seller_bank_name = models.CharField(max_length=80, blank=True)
    seller_bank_number = models.CharField(max_length=40, blank=True)
    buyer_name = models.CharField(max_length=120)
    buyer_tax_number = models.CharField(max_length=20, blank=True)
    net_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    energy_kwh_e2 = models.BigIntegerField()
    bill_count = models.SmallIntegerField()
    remark = models.CharField(max_length=200, blank=True)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    # Of a red one: the invoice that it takes back, why, and who asked for it.
    blue = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reds")
    red_reason = models.CharField(max_length=16, blank=True, choices=[(one.value, one.value) for one in RedReason])
    asked_by = models.CharField(max_length=40, blank=True)

    class Meta:
        """Red ones refer to a blue one, take back, and were asked for by another person."""

        indexes: ClassVar = [
            models.Index(fields=["unit", "-id"], name="invoice_unit"),
            models.Index(fields=["customer", "-id"], name="invoice_customer"),
            models.Index(fields=["invoice_date", "id"], name="invoice_day"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(colour=Colour.BLUE.value, blue__isnull=True, total_fen__gt=0)
                | models.Q(colour=Colour.RED.value, blue__isnull=False, total_fen__lt=0),
                name="invoice_is_blue_or_takes_one_back",
            ),
            models.CheckConstraint(
                condition=models.Q(total_fen=models.F("net_fen") + models.F("tax_fen")), name="invoice_adds_up"
            ),
            models.CheckConstraint(
                condition=models.Q(colour=Colour.BLUE.value) | ~models.Q(made_by=models.F("asked_by")),
                name="red_invoice_made_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceBuyer(ScopedModel):
    """
    What a special invoice says of its buyer besides name and number.

    No table of the append-only kind: keys of personal data are rotated in it; a trigger keeps everything else out.
    """

    unit_lookup = "invoice__unit"

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="buyer")
    address = models.CharField(max_length=200, blank=True)
    phone = EncryptedTextField(purpose="phone")
    bank_name = models.CharField(max_length=80, blank=True)
    bank_number = EncryptedTextField(purpose="bank_account")

    class Meta:
        """As it was made."""

        triggers: ClassVar = [
            pgtrigger.Protect(name="invoice_buyer_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}"


class InvoiceLine(ScopedModel):
    """A line of an invoice (发票明细): a bill's electricity, or its penalty. Never changed."""

    unit_lookup = "invoice__unit"

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    sequence = models.SmallIntegerField()
    # Keys of billing_bill are no foreign keys: the table is partitioned, and its rows are never removed.
    bill_id = models.BigIntegerField()
    bill_number = models.CharField(max_length=40)
    month = models.DateField()
    charge = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Charge])
    goods_code = models.CharField(max_length=19)
    goods_group = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    quantity_kwh_e2 = models.BigIntegerField(null=True, blank=True)
    # Without tax.
    unit_price = models.DecimalField(max_digits=26, decimal_places=13, null=True, blank=True)
    net_fen = models.BigIntegerField()
    rate_e4 = models.SmallIntegerField()
    tax_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    regulation = models.CharField(max_length=40)
    # Of a red line: the line that it takes back.
    blue_line = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reds")

    class Meta:
        """Found by their bill too."""

        indexes: ClassVar = [models.Index(fields=["bill_id"], name="invoice_line_bill")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "sequence"], name="invoice_line_key"),
            models.CheckConstraint(
                condition=models.Q(total_fen=models.F("net_fen") + models.F("tax_fen")), name="invoice_line_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.sequence}"


@pghistory.track()
class InvoiceDelivery(ScopedModel):
    """How far an invoice is with the tax platform (开具进度)."""

    unit_lookup = "invoice__unit"

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="delivery")
    state = models.CharField(
        max_length=8, choices=[(one.value, one.value) for one in DeliveryState], default=DeliveryState.MADE.value
    )
    attempts = models.SmallIntegerField(default=0)
    # When it is to be sent, or asked after, again.
    next_at = models.DateTimeField()
    # Twenty digits, given by the platform (数电票号码).
    platform_number = models.CharField(max_length=20, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_code = models.CharField(max_length=40, blank=True, default="")
    answer_text = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """What is due first; a number of the platform belongs to one invoice."""

        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                name="invoice_delivery_due",
                condition=models.Q(state__in=[DeliveryState.MADE.value, DeliveryState.SENT.value]),
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform_number"],
                condition=~models.Q(platform_number=""),
                name="one_invoice_a_platform_number",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=DeliveryState.ACCEPTED.value) | ~models.Q(platform_number=""),
                name="accepted_invoice_has_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.state}"

    @property
    def number(self) -> str:
        """Return the number of its invoice."""
        number: str = self.invoice.number
        return number


@pghistory.track()
class InvoiceRequest(ScopedModel):
    """An invoice that somebody asked for: a blue one of bills, or a red one of an invoice (开票申请)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    colour = models.CharField(max_length=4, choices=[(one.value, one.value) for one in Colour])
    origin = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in RequestOrigin], default=RequestOrigin.STAFF.value
    )
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in RequestState], default=RequestState.ASKED.value
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    account_number = models.CharField(max_length=10)
    buyer_name = models.CharField(max_length=120)
    # Bills to be invoiced, or whose lines are to be taken back.
    bill_ids = ArrayField(models.BigIntegerField())
    kind = models.CharField(max_length=10, choices=[(one.value, one.value) for one in InvoiceKind])
    total_fen = models.BigIntegerField()
    blue = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="requests")
    red_reason = models.CharField(max_length=16, blank=True, choices=[(one.value, one.value) for one in RedReason])
    # What of each line of the blue invoice, by its key, in fen.
    parts = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    invoice = models.OneToOneField(Invoice, models.PROTECT, null=True, blank=True, related_name="request")

    class Meta:
        """One open red letter an invoice; nobody confirms their own."""

        indexes: ClassVar = [models.Index(fields=["-asked_at", "-id"], name="invoice_request_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["blue"],
                condition=models.Q(state=RequestState.ASKED.value),
                name="one_open_red_letter_an_invoice",
            ),
            models.CheckConstraint(
                condition=models.Q(colour=Colour.BLUE.value)
                | ~models.Q(state=RequestState.MADE.value)
                | ~models.Q(decided_by=models.F("asked_by")),
                name="red_letter_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people read."""
        return f"KP-{self.pk:06d}"


class InvoiceBatch(ScopedModel):
    """An invoice for every bill of a run (批量开票), made by the worker."""

    unit_lookup = "run__unit"

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in BatchState], default=BatchState.QUEUED.value
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    started_by = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)
    # How many bills were left out for each reason, with some of their numbers.
    left_out = models.JSONField(default=dict, blank=True)

    class Meta:
        """One at a time; what has ended is a record."""

        indexes: ClassVar = [models.Index(fields=["run", "-id"], name="invoice_batch_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run"], condition=models.Q(state__in=_OPEN_BATCHES), name="one_open_invoice_batch_a_run"
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="invoice_batch_ends_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=_ENDED_BATCHES),
            ),
            pgtrigger.Protect(name="invoice_batch_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Tell whether it has not ended."""
        return self.state in OPEN_BATCHES
