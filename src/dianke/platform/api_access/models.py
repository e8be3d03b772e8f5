"""Programs that act for people, and the answers kept so that a repeated write is done once."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.platform.identity.models import Staff
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track(exclude=["digest", "last_used_at"])
class ApiToken(ScopedModel):
    """A program's leave to act for a person: never more than that person may on the day (接口令牌)."""

    unit_lookup = "staff__unit"

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    # SHA-256 of 256 random bits: there is nothing to guess, so no slow hash is needed.
    digest = models.CharField(max_length=64, unique=True)
    # The first letters, by which people tell one token from another.
    prefix = models.CharField(max_length=12)
    scopes: Any = ArrayField(models.CharField(max_length=60))
    # Nothing outside this unit and below; empty for every unit of the person.
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=40)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=40, blank=True)

    class Meta:
        """It ends after it began and grants something."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="api_token_ends_after_it_began"
            ),
            models.CheckConstraint(condition=~models.Q(scopes=[]), name="api_token_has_a_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"


class StoredAnswer(ScopedModel):
    """The answer to a write under its idempotency key: the same request again gets it again."""

    unit_lookup = None

    # Whose key it is: two programs may choose the same one.
    subject = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    stored_at = models.DateTimeField()

    class Meta:
        """Once a subject; old ones are found by time."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "key"], name="stored_answer_once")]
        indexes: ClassVar = [models.Index(fields=["stored_at"], name="stored_answer_at")]

    def __str__(self) -> str:
        return f"{self.subject} {self.key}"
