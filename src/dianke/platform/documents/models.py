"""Documents: what is known of a file; its bytes lie in the data directory under their hash."""

from typing import Any, ClassVar

import pghistory
from django.db import models

from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class Document(ScopedModel):
    """A file that was handed in, kept once however often it comes (资料)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    # What kind of paper it is, in the words of whoever keeps it (ID_COPY, CONTRACT, …).
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    file_name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    # The last day that it must be kept; None is kept for good.
    retention_until_date = models.DateField(null=True, blank=True)
    added_by = models.CharField(max_length=40)
    added_at = models.DateTimeField()
    # From then on the row tells of a file whose bytes are gone.
    disposed_at: Any = models.DateTimeField(null=True, blank=True)

    class Meta:
        """By hash, for bytes that several documents share; by the day that keeping ends."""

        indexes: ClassVar = [
            models.Index(fields=["sha256"], name="document_hash"),
            models.Index(
                fields=["retention_until_date"],
                name="document_retention",
                condition=models.Q(retention_until_date__isnull=False, disposed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title
