"""Marks of accounts and the papers that prove them."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.domain.customers.models.columns import list_choices, text_column
from dianke.domain.customers.models.subjects import Customer, CustomerAccount
from dianke.domain.customers.types import MarkKind
from dianke.platform.documents.models import Document
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class SpecialMark(ScopedModel):
    """What an account is entitled to for a time, by a proof (低保、特困、一户多人口、医疗保障)."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=16, choices=list_choices(MarkKind))
    # Persons of the household that the proof names; 0 where the mark does not go by persons.
    persons = models.PositiveSmallIntegerField(default=0, db_default=0)
    proof = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    proof_number = text_column(60)
    note = text_column(200)
    period: Any = DateRangeField()

    class Meta:
        """Each kind once at a time."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="special_mark_once_at_a_time",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id}"


@pghistory.track()
class CustomerDocument(ScopedModel):
    """A document that belongs to a customer, perhaps to one account of theirs (客户资料)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="documents")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, blank=True, related_name="documents")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta:
        """Each document once a customer."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "document"], name="customer_document_once")
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.customer_id}"
