"""What was done, by whom, from where, on what."""

from typing import ClassVar

from django.db import models

from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.scoping import ScopedModel

declare_append_only("audit_usecaserecord")


class UseCaseRecord(ScopedModel):
    """One use case carried out: append-only, the service's log-in may not change or remove it."""

    unit_lookup = None

    at = models.DateTimeField()
    use_case = models.CharField(max_length=80)
    right = models.CharField(max_length=60)
    actor_login = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=80)
    origin = models.CharField(max_length=12)
    address = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    facts = models.JSONField(default=dict)
    history_context = models.UUIDField(null=True)

    class Meta:
        """Search by time and by actor."""

        indexes: ClassVar = [
            models.Index(fields=["at"], name="use_case_record_at"),
            models.Index(fields=["actor_login", "at"], name="use_case_record_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_login} {self.use_case}"
