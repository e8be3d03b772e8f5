"""Cheques that the bank honoured: what ends their being under way."""

from typing import ClassVar

from django.db import models

from dianke.domain.channels.models.bank import StatementEntry
from dianke.domain.channels.models.shifts import ShiftEntry
from dianke.domain.receivables.models import Voucher
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("channels_chequeclearing")


class ChequeClearing(ScopedModel):
    """A cheque that the bank credited (支票入账), and the booking that says so. Never changed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    taking = models.OneToOneField(ShiftEntry, models.PROTECT, related_name="clearing")
    entry = models.OneToOneField(StatementEntry, models.PROTECT, related_name="cheque")
    amount_fen = models.BigIntegerField()
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="+", db_constraint=False)
    cleared_by = models.CharField(max_length=40)
    cleared_at = models.DateTimeField()

    class Meta:
        """Money came by it."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="cheque_clearing_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.taking_id} {self.entry_id}"
