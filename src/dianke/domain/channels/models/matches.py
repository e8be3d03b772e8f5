"""The wish to undo what a booking of the bank was found to be: one person asks, another decides."""

from typing import ClassVar

import pghistory
from django.db import models

from dianke.domain.channels.models.bank import EntryState, StatementEntry
from dianke.domain.channels.types import ChangeState
from dianke.domain.receivables.models import Payment
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class MatchUndo(ScopedModel):
    """A match that was wrong (撤销匹配): the books take it back by new vouchers, the booking waits again."""

    unit_lookup = "entry__statement__unit"

    entry = models.ForeignKey(StatementEntry, models.PROTECT, related_name="undos")
    # What it was, as whoever asked saw it.
    was_state = models.CharField(max_length=9, choices=EntryState.choices)
    was_target = models.CharField(max_length=80, blank=True, default="")
    reason = models.CharField(max_length=300)
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in ChangeState], default=ChangeState.ASKED.value
    )
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    # The payment that stood for the money until then, and the booking that it came by where that is another one.
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    came_by = models.ForeignKey(StatementEntry, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        """One open wish a booking; who asks never approves."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(state=ChangeState.ASKED.value), name="one_open_undo_a_booking"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ChangeState.APPROVED.value) | ~models.Q(decided_by=models.F("asked_by")),
                name="match_undone_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.was_state}"
