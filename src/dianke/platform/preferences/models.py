"""Tables of saved views and of exported lists."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from dianke.platform.identity.models import Staff
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel
from dianke.platform.preferences.types import FileFormat


class SavedView(ScopedModel):
    """Filters, order and columns of a list under a name; a shared one is seen by the unit and those below."""

    # A view is its owner's wherever the owner's posts lie; the queries ask for owner and unit themselves.
    unit_lookup = None

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    # The part of an address that sets filters and order; columns stand apart, for a list may lose one.
    query = models.CharField(max_length=2000, blank=True)
    columns: Any = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_shared = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        """A name once for a person and a list; one view opens first."""

        indexes: ClassVar = [models.Index(fields=["page", "unit"], name="saved_view_page")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "page", "name"], name="saved_view_name_once"),
            models.UniqueConstraint(
                fields=["staff", "page"], condition=models.Q(is_default=True), name="saved_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListExport(ScopedModel):
    """A list that left the house: who took which rows out, when; its number is the watermark of the file."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    login = models.CharField(max_length=40)
    page = models.CharField(max_length=60)
    file_format = models.CharField(max_length=4, choices=[(one.value, one.value) for one in FileFormat])
    query = models.TextField(blank=True)
    columns: Any = ArrayField(models.CharField(max_length=40))
    row_count = models.PositiveIntegerField()
    is_cut = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        """Looked up by person."""

        indexes: ClassVar = [models.Index(fields=["login", "-at"], name="list_export_login")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that stands in the file: the day and the key."""
        return f"{timezone.localtime(self.at):%Y%m%d}-{self.pk:06d}"
