"""Cheques that the bank honoured: what ends their being under way."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.channels.models.bank import StatementEntry
from dianke.domain.channels.models.shifts import ShiftEntry
from dianke.domain.receivables.models import Voucher
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class ChequeClearing(ScopedModel):
    """A cheque that the bank credited (支票入账), and the booking that says so; a voucher may take it back."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    taking = models.ForeignKey(ShiftEntry, models.PROTECT, related_name="clearings")
    entry = models.ForeignKey(StatementEntry, models.PROTECT, related_name="cheques")
    amount_fen = models.BigIntegerField()
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="+", db_constraint=False)
    cleared_by = models.CharField(max_length=40)
    cleared_at = models.DateTimeField()
    # What took it back: the match was wrong, or the bank took the money again.
    undone_voucher_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """Money came by it; a cheque is credited once, and by one booking."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="cheque_clearing_above_zero"),
            models.UniqueConstraint(
                fields=["taking"], condition=models.Q(undone_voucher_id=None), name="cheque_cleared_once"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(undone_voucher_id=None), name="cheque_clearing_entry_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taking_id} {self.entry_id}"
