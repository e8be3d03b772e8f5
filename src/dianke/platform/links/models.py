"""Tables of secret links."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


class SecretLink(ScopedModel):
    """A way to one thing for whoever holds the secret of its address; only a hash of the secret is kept."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    target = models.BigIntegerField()
    secret_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One that opens for a thing at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "target"], condition=Q(revoked_at=None), name="secret_link_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="secret_link_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"
