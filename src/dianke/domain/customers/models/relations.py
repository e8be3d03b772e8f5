"""How customers stand to one another."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.domain.customers.models.columns import list_choices, text_column
from dianke.domain.customers.models.subjects import Customer
from dianke.domain.customers.types import RelationKind
from dianke.platform.org.scoping import ScopedModel

WHOLE_SHARE_E4 = 10_000


@pghistory.track()
class CustomerRelation(ScopedModel):
    """A relation between two customers for a time, shown at both (客户关系); it is of the first one's unit."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="relations")
    other = models.ForeignKey(Customer, models.PROTECT, related_name="related_from")
    kind = models.CharField(max_length=16, choices=list_choices(RelationKind))
    # What a parent holds of it, in 1e-4.
    share_e4 = models.PositiveIntegerField(null=True, blank=True)
    # Where it is known from: a register, the customer, the other, a document.
    source = text_column(60)
    note = text_column(200)
    period: Any = DateRangeField()
    entered_by = models.CharField(max_length=40)
    entered_at = models.DateTimeField()

    class Meta:
        """Each kind of a pair once at a time; nobody stands to themselves."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="customer_relation_once_at_a_time",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("other", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=~models.Q(customer=models.F("other")), name="customer_relation_to_another"
            ),
            models.CheckConstraint(
                condition=models.Q(share_e4=None) | models.Q(share_e4__gt=0, share_e4__lte=WHOLE_SHARE_E4),
                name="customer_relation_share_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.other_id}"
