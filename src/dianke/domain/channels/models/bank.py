"""Tables of banks: who they are, agreements, batches with their lines, answers, statements, reconciliation."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.channels.models.acquirers import EXTERNAL_NUMBER_LENGTH, Acquirer
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.channels.rules.matching import MatchReason
from dianke.domain.channels.rules.reconciling import BALANCE, DayState, DifferenceKind, DifferenceState, Remedy
from dianke.domain.channels.rules.withholding import AnswerState, BatchState, LineState
from dianke.domain.customers.models import BankAccount, CustomerAccount
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.types import Channel
from dianke.platform.crypto.fields import EncryptedTextField
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


@pghistory.track()
class Bank(ScopedModel):
    """A bank that withholds for us and keeps an account of ours (代扣银行)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # The digits that the codes of its branches begin with (行别代码).
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    layout = models.CharField(max_length=4, choices=_choices(Layout))
    # What the bank calls us in its files.
    client_number = models.CharField(max_length=40)
    # Our account there, as its statements name it.
    account_number = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Mandate(ScopedModel):
    """What the holder of a bank account agreed to: bills of an account may be withdrawn from it (代扣协议)."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="mandates")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    since_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    # The most that may be withdrawn at once; empty is without bound.
    limit_fen = models.BigIntegerField(null=True, blank=True)
    # Nothing is withdrawn until that day, as while a bill is disputed.
    paused_until_date = models.DateField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True, default="")
    entered_by = models.CharField(max_length=40)
    entered_at = models.DateTimeField()

    class Meta:
        """One open agreement an account."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(until_date=None), name="one_open_mandate_an_account"
            ),
            models.CheckConstraint(
                condition=models.Q(until_date=None) | models.Q(until_date__gte=models.F("since_date")),
                name="mandate_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(limit_fen=None) | models.Q(limit_fen__gt=0), name="mandate_limit_above_nothing"
            ),
        ]

    def __str__(self) -> str:
        return self.number


@pghistory.track()
class WithholdingBatch(ScopedModel):
    """Debts that a bank is asked to withdraw (代扣批次): made by one person, released by another."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=10, unique=True)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="batches")
    debts_on = models.DateField()
    # The batch whose refused lines it asks for again.
    again_of: Any = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="again")
    state = models.CharField(max_length=9, choices=_choices(BatchState), default=BatchState.DRAFT.value)
    line_count = models.IntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)
    answered_count = models.IntegerField(default=0)
    paid_count = models.IntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    # Why how many accounts were left out.
    exclusions = models.JSONField(default=dict)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    released_by = models.CharField(max_length=40, blank=True, default="")
    released_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.CharField(max_length=40, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    # The file as it left, encrypted below the data directory: sent again it is the same to the byte.
    file_place = models.CharField(max_length=120, blank=True, default="")
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    withdrawn_by = models.CharField(max_length=40, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """Who made it never releases it."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(released_by="") | ~models.Q(released_by=models.F("made_by")),
                name="withholding_released_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class WithholdingLine(ScopedModel):
    """What a batch asks of one account, and what became of it; answered once."""

    unit_lookup = "batch__unit"

    batch = models.ForeignKey(WithholdingBatch, models.PROTECT, related_name="lines", db_index=False)
    serial = models.IntegerField()
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    user_number = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()
    # The bills that it asks for.
    item_ids: Any = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=8, choices=_choices(LineState), default=LineState.WAITING.value)
    code = models.CharField(max_length=20, blank=True, default="")
    paid_fen = models.BigIntegerField(default=0)
    paid_on = models.DateField(null=True, blank=True)
    reference = models.CharField(max_length=80, blank=True, default="")
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        """Each serial once a batch."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "serial"], name="withholding_line_key"),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, paid_fen__gte=0, paid_fen__lte=models.F("amount_fen")),
                name="withholding_line_pays_what_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.serial:06d}"


@pghistory.track(exclude=["bad_rows"])
class AnswerFile(ScopedModel):
    """A file that a bank answered with: checked whole, its good rows booked once."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # Empty where the file does not say, or says a batch that is not ours.
    batch = models.ForeignKey(WithholdingBatch, models.PROTECT, null=True, blank=True, related_name="answers")
    answer_number = models.CharField(max_length=80, blank=True, default="")
    file_name = models.CharField(max_length=200)
    place = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=_choices(AnswerState))
    row_count = models.IntegerField(default=0)
    bad_row_count = models.IntegerField(default=0)
    booked_count = models.IntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    # What is wrong with the whole, as [{code, line, column, value, facts}].
    file_faults = models.JSONField(default=list)
    # The bad rows as they came with their faults, as JSON; they may hold numbers of people.
    bad_rows = EncryptedTextField(purpose="bank_file_row")
    brought_by = models.CharField(max_length=40)
    brought_at = models.DateTimeField()
    booked_by = models.CharField(max_length=40, blank=True, default="")
    booked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """An answer is taken once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "answer_number"],
                condition=~models.Q(state=AnswerState.REFUSED.value),
                name="answer_taken_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.answer_number}"


class EntryState(models.TextChoices):
    """What was done with a booking of the bank."""

    # Nothing yet, and not in the books.
    OPEN = "OPEN"
    # In suspense until somebody says whose it is; of money that left, what it was for.
    SUSPENSE = "SUSPENSE"
    BOOKED = "BOOKED"
    SETTLED = "SETTLED"
    RETURNED = "RETURNED"
    # What a gateway or agent owed us for its days.
    CLEARED = "CLEARED"
    # Cash of a shift that was brought to the bank: in the books by its slip.
    DEPOSITED = "DEPOSITED"
    # A cheque of a counter that the bank credited.
    HONOURED = "HONOURED"
    # Money of a claim on an account: paid out, come back, or a deposit that came.
    CLAIMED = "CLAIMED"
    # A cheque that the bank had credited and took back.
    BOUNCED = "BOUNCED"
    # A fee of the bank.
    CHARGED = "CHARGED"
    # Money that left and is no matter of customers: it stays with what is not known, and a note says what it is.
    ELSEWHERE = "ELSEWHERE"


@pghistory.track()
class BankStatement(ScopedModel):
    """A statement of an account of ours that was loaded (银行对账单)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="statements")
    number = models.CharField(max_length=60, blank=True, default="")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    opening_fen = models.BigIntegerField(null=True, blank=True)
    closing_fen = models.BigIntegerField(null=True, blank=True)
    entry_count = models.IntegerField()
    known_count = models.IntegerField()
    loaded_by = models.CharField(max_length=40)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.bank_id} {self.number}"


@pghistory.track()
class StatementEntry(ScopedModel):
    """A booking of the bank on an account of ours, and what it was found to be."""

    unit_lookup = "statement__unit"

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="entries")
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=80)
    booked_on = models.DateField()
    # Below zero it left the account.
    amount_fen = models.BigIntegerField()
    counterparty = models.CharField(max_length=140, blank=True, default="")
    counterparty_account = EncryptedTextField(purpose="bank_account")
    remittance = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=9, choices=EntryState.choices, default=EntryState.OPEN.value)
    # What it may be, the surest first: [{kind, target, confidence, reason}].
    proposals = models.JSONField(default=list)
    # What it is: a user number, a batch, the number of a line, the booking that it gives back.
    target = models.CharField(max_length=80, blank=True, default="")
    match_reason = models.CharField(max_length=20, choices=_choices(MatchReason), blank=True, default="")
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    # What stands in the books for money that left where nothing else does: as not known, or as a fee.
    voucher_id = models.BigIntegerField(null=True, blank=True)
    # The booking by which the money came that this one gives back.
    gives_back: Any = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="given_back_by")
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """Each booking once an account of ours; those that wait are looked for."""

        indexes: ClassVar = [
            models.Index(fields=["booked_on", "id"], name="statement_entry_day"),
            models.Index(
                fields=["booked_on"], name="statement_entry_waits", condition=models.Q(state__in=["OPEN", "SUSPENSE"])
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "reference"], name="statement_entry_once"),
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="statement_entry_has_an_amount"),
        ]

    def __str__(self) -> str:
        return self.reference


@pghistory.track()
class ReconciliationDay(ScopedModel):
    """A day of a channel: what we booked against what the bank says (渠道对账日)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # Either a bank, or the gateway or agent that it is a day of.
    bank = models.ForeignKey(Bank, models.PROTECT, null=True, blank=True, related_name="+")
    acquirer = models.ForeignKey(Acquirer, models.PROTECT, null=True, blank=True, related_name="+")
    # A channel, or the balance of the account as a whole.
    channel = models.CharField(max_length=16, choices=[*_choices(Channel), (BALANCE, BALANCE)])
    day = models.DateField()
    state = models.CharField(max_length=6, choices=_choices(DayState), default=DayState.OPEN.value)
    matched_count = models.IntegerField(default=0)
    ours_fen = models.BigIntegerField(default=0)
    theirs_fen = models.BigIntegerField(default=0)
    compared_by = models.CharField(max_length=40)
    compared_at = models.DateTimeField()
    closed_by = models.CharField(max_length=40, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Each once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "channel", "day"], name="reconciliation_day_key"),
            models.UniqueConstraint(fields=["acquirer", "channel", "day"], name="reconciliation_day_of_acquirer"),
            models.CheckConstraint(
                condition=models.Q(bank=None) | models.Q(acquirer=None), name="reconciliation_day_of_one_side"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}"

    @property
    def other_side(self) -> str:
        """Return the name of who says what we compare with."""
        side = self.bank or self.acquirer
        return side.name if side else ""


@pghistory.track()
class ReconciliationDifference(ScopedModel):
    """Where both sides differ: work with an owner, a remedy and an end."""

    unit_lookup = "day__unit"

    day = models.ForeignKey(ReconciliationDay, models.PROTECT, related_name="differences")
    reference = models.CharField(max_length=EXTERNAL_NUMBER_LENGTH)
    kind = models.CharField(max_length=16, choices=_choices(DifferenceKind))
    ours_fen = models.BigIntegerField()
    theirs_fen = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=_choices(DifferenceState), default=DifferenceState.OPEN.value)
    owner = models.CharField(max_length=40, blank=True, default="")
    # What is to be done to the books about it, asked for by one person and agreed to by another.
    remedy = models.CharField(max_length=8, choices=_choices(Remedy), blank=True, default="")
    asked_by = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")
    solved_by = models.CharField(max_length=40, blank=True, default="")
    solved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A reference once a day; who asked for a remedy never agrees to it."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "reference"], name="difference_key"),
            models.CheckConstraint(
                condition=models.Q(remedy="") | ~models.Q(solved_by=models.F("asked_by")),
                name="difference_remedied_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
