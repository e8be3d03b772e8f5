"""Tables of what gateways and agents tell of a day, and of what they settle."""

from typing import Any, ClassVar

import pghistory
from django.db import models

from dianke.domain.channels.models.acquirers import Acquirer
from dianke.domain.channels.models.bank import StatementEntry
from dianke.domain.channels.rules.bank_files.types import CollectionWay
from dianke.domain.channels.rules.collections import FileState, LineState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


@pghistory.track()
class CollectionFile(ScopedModel):
    """The file of a day of a gateway or agent (代收对账文件): checked whole, an agent's booked once."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    acquirer = models.ForeignKey(Acquirer, models.PROTECT, related_name="files")
    # Empty where the file does not say.
    day = models.DateField(null=True, blank=True)
    number = models.CharField(max_length=40, blank=True, default="")
    file_name = models.CharField(max_length=200)
    place = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=_choices(FileState))
    row_count = models.IntegerField(default=0)
    bad_row_count = models.IntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)
    fee_fen = models.BigIntegerField(default=0)
    booked_count = models.IntegerField(default=0)
    suspense_count = models.IntegerField(default=0)
    # What is wrong, with the whole and with rows, as [{code, line, column, value, facts}].
    file_faults = models.JSONField(default=list)
    brought_by = models.CharField(max_length=40)
    brought_at = models.DateTimeField()
    booked_by = models.CharField(max_length=40, blank=True, default="")
    booked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A file is taken once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["acquirer", "day", "number"],
                condition=~models.Q(state=FileState.REFUSED.value),
                name="collection_file_taken_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acquirer_id} {self.day}"


class CollectionLine(ScopedModel):
    """What a gateway or agent says it took or gave back; the other side of our books."""

    unit_lookup = "file__unit"

    file = models.ForeignKey(CollectionFile, models.PROTECT, related_name="lines", db_index=False)
    acquirer = models.ForeignKey(Acquirer, models.PROTECT, related_name="+", db_index=False)
    serial = models.IntegerField()
    number = models.CharField(max_length=40)
    target = models.CharField(max_length=40)
    way = models.CharField(max_length=8, choices=_choices(CollectionWay))
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField(default=0)
    day = models.DateField()
    paid_at = models.DateTimeField()
    customer_account = models.ForeignKey(
        CustomerAccount, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=20, choices=_choices(LineState))
    payment: Any = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        """A number once a way and acquirer; compared by day."""

        indexes: ClassVar = [models.Index(fields=["acquirer", "day"], name="collection_line_day")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "serial"], name="collection_line_key"),
            models.UniqueConstraint(fields=["acquirer", "number", "way"], name="collection_line_once"),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, fee_fen__gte=0, fee_fen__lte=models.F("amount_fen")),
                name="collection_line_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acquirer_id} {self.number}"


@pghistory.track()
class AcquirerSettlement(ScopedModel):
    """A booking of the bank by which a gateway or agent settled days of ours (结算到账), less its commission."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    acquirer = models.ForeignKey(Acquirer, models.PROTECT, related_name="settlements")
    entry = models.ForeignKey(StatementEntry, models.PROTECT, related_name="settlements")
    first_day = models.DateField()
    last_day = models.DateField()
    gross_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField(default=0)
    voucher_id = models.BigIntegerField(unique=True)
    settled_by = models.CharField(max_length=40)
    settled_at = models.DateTimeField()
    # What took it back, where the match was wrong.
    undone_voucher_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """Money came, and the commission is part of it; a booking settles once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(undone_voucher_id=None), name="settlement_entry_once"
            ),
            models.CheckConstraint(
                condition=models.Q(gross_fen__gt=0, fee_fen__gte=0, fee_fen__lt=models.F("gross_fen"))
                & models.Q(last_day__gte=models.F("first_day")),
                name="settlement_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acquirer_id} {self.last_day}"
