"""Firms that applicants may choose among for their works (设计、供货、施工单位), and what they chose."""

from typing import Any, ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from dianke.domain.service_orders.models.orders import ServiceOrder
from dianke.domain.service_orders.rules.plans import FirmKind
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("service_orders_firmchoice")

_KINDS = [(one.value, one.value) for one in FirmKind]


@pghistory.track()
class ListedFirm(ScopedModel):
    """A firm with the qualification it is listed for; `valid_to` is the first day on which that no longer holds."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=_KINDS)
    name = models.CharField(max_length=120)
    qualification = models.CharField(max_length=120)
    certificate = models.CharField(max_length=60)
    phone = models.CharField(max_length=24, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    listed_by = models.CharField(max_length=40)
    listed_at = models.DateTimeField()

    class Meta:
        """Each certificate once a kind and unit while it is listed without an end; holds for a time that is one."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "kind", "certificate"], condition=Q(valid_to=None), name="listed_firm_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")), name="listed_firm_holds"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FirmChoice(ScopedModel):
    """
    What an applicant chose and signed, with the list as it was shown; only added, the latest of a kind counts.

    A firm that is not listed is chosen by its name: the choice is free.
    """

    unit_lookup = "order__unit"

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="firm_choices")
    kind = models.CharField(max_length=10, choices=_KINDS)
    firm = models.ForeignKey(ListedFirm, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=120)
    # The keys of the firms in the order in which they were shown.
    shown: Any = models.JSONField(default=list)
    signed_name = models.CharField(max_length=60)
    chosen_by = models.CharField(max_length=40)
    chosen_at = models.DateTimeField()

    class Meta:
        """By order, in time."""

        indexes: ClassVar = [models.Index(fields=["order", "id"], name="firm_choice_course")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.name}"
