"""The register of unmaskings."""

from typing import ClassVar

from django.db import models

from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("protection_unmasking")


class Unmasking(ScopedModel):
    """Somebody saw one value of personal data whole: append-only; the value itself is not kept."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    # The row that holds the value ("customers.contact", 12), and the number of the customer it belongs to.
    thing_label = models.CharField(max_length=60)
    thing_key = models.BigIntegerField()
    customer_number = models.CharField(max_length=20, blank=True)
    actor_login = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=80)
    address = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=400)

    class Meta:
        """Search by unit and time, by person, by thing, by customer."""

        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="unmasking_at"),
            models.Index(fields=["actor_login", "-at"], name="unmasking_actor"),
            models.Index(fields=["thing_label", "thing_key"], name="unmasking_thing"),
            models.Index(fields=["customer_number"], name="unmasking_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_login} {self.thing_label}:{self.thing_key} {self.kind}"
