"""Changes that a second person decides, and customers that turned out to be one."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.customers.models.columns import list_choices, text_column
from dianke.domain.customers.models.subjects import Customer, CustomerAccount
from dianke.domain.customers.types import DuplicateDecision, KeyChangeState, KeyField
from dianke.platform.crypto.fields import EncryptedTextField
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

PENDING = models.Q(state=KeyChangeState.PENDING.value)


@pghistory.track()
class KeyChange(ScopedModel):
    """A change of key data that somebody asked for and another decides (关键信息变更)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="key_changes")
    # None where the field is the customer's own.
    account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, blank=True, related_name="key_changes")
    field = models.CharField(max_length=20, choices=list_choices(KeyField))
    # JSON of the field's parts; encrypted, for they may be an identity number or a bank account.
    before = EncryptedTextField(purpose="key_change")
    after = EncryptedTextField(purpose="key_change")
    reason = models.CharField(max_length=200)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=list_choices(KeyChangeState), default=KeyChangeState.PENDING.value)
    decided_by = text_column(40)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = text_column(200)

    class Meta:
        """One open question a field."""

        indexes: ClassVar = [
            models.Index(fields=["unit", "asked_at"], name="key_change_pending", condition=PENDING),
            models.Index(fields=["-asked_at", "-id"], name="key_change_newest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "account", "field"],
                condition=PENDING,
                nulls_distinct=False,
                name="key_change_one_pending_a_field",
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.customer_id} {self.state}"


@pghistory.track()
class CustomerMerge(ScopedModel):
    """Two customers became one: what moved, so that it can be told and taken back (客户合并)."""

    unit_lookup = "kept__unit"

    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Customer, models.PROTECT, related_name="merged_by")
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    # Keys of the rows that moved, by kind: {"accounts": [12], "contacts": [7, 8], …}.
    moved = models.JSONField(default=dict)
    # The last change of each kind of row when it had moved: a later one forbids to take the merge back.
    marks = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = text_column(40)

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.kept_id}"


@pghistory.track()
class DuplicateSuspicion(ScopedModel):
    """A customer that was entered although another looks like the same one (疑似重复)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="suspicions")
    other = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=20))
    decision = models.CharField(max_length=20, choices=list_choices(DuplicateDecision))
    reason = text_column(200)
    noted_by = models.CharField(max_length=40)
    noted_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Each pair once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["customer", "other"], name="duplicate_pair_once")]
        indexes: ClassVar = [
            models.Index(fields=["noted_at"], name="duplicate_open", condition=models.Q(settled_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} like {self.other_id}"
