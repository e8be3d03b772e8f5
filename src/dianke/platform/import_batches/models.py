"""Tables of bulk loads."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.platform.crypto.fields import EncryptedTextField
from dianke.platform.import_batches.types import BatchState
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


class ImportBatch(ScopedModel):
    """A file on its way into a table: who brought it, what is wrong with it, which rows it became (导入批次)."""

    # The unit of the person who brought it; None where the archive had no unit yet.
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    table = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    # Where the kept file lies below the data directory; empty once it was thrown away.
    place = models.CharField(max_length=120, blank=True)
    format = models.CharField(max_length=8, blank=True)
    encoding = models.CharField(max_length=16, blank=True)
    delimiter = models.CharField(max_length=12, blank=True)
    titles: Any = ArrayField(models.TextField(), default=list)
    # {"0": "number", "1": ""}: which column of the table stands where in the file; empty is left out.
    mapping = models.JSONField(default=dict)
    # JSON {line: {place: text}}: cells that were corrected on the page; the kept file stays as it came.
    edits = EncryptedTextField(purpose="import_row")
    state = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in BatchState], default=BatchState.UPLOADED.value
    )
    row_count = models.PositiveIntegerField(default=0)
    bad_row_count = models.PositiveIntegerField(default=0)
    fault_count = models.PositiveIntegerField(default=0)
    fault_counts = models.JSONField(default=dict)
    file_faults = models.JSONField(default=list)
    keeps_good = models.BooleanField(default=False)
    stored_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    # {"customers.customer": [[first key, last key], …]}: exactly the rows that this file became.
    created_keys = models.JSONField(default=dict)
    failure = models.CharField(max_length=400, blank=True)
    origin = models.CharField(max_length=12)
    brought_by = models.CharField(max_length=40)
    brought_at = models.DateTimeField()
    # When somebody last went to work on it, so that work that died can be taken up again.
    begun_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    loaded_by = models.CharField(max_length=40, blank=True)
    loaded_at = models.DateTimeField(null=True, blank=True)
    # Named as soon as somebody asks; `undone_at` is empty until the rows are gone.
    undone_by = models.CharField(max_length=40, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """Newest first; the same file twice."""

        indexes: ClassVar = [
            models.Index(fields=["-brought_at", "-id"], name="import_batch_newest"),
            models.Index(fields=["sha256"], name="import_batch_hash"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people call it by."""
        return f"DR-{self.pk:06d}"

    @property
    def is_moving(self) -> bool:
        """Tell whether somebody is at work on it."""
        return self.state in {BatchState.CHECKING.value, BatchState.LOADING.value}

    @property
    def is_being_undone(self) -> bool:
        """Tell whether somebody asked that its rows are taken out, and they still stand in the archive."""
        return self.state == BatchState.LOADED.value and self.undone_by != "" and self.undone_at is None

    @property
    def shown_state(self) -> str:
        """Return the state as people see it: a batch that is being undone is loaded until its last row is gone."""
        return "UNDOING" if self.is_being_undone else self.state

    @property
    def good_row_count(self) -> int:
        """Return how many rows have no fault."""
        return self.row_count - self.bad_row_count


class ImportBadRow(ScopedModel):
    """A row of a file that cannot be stored, with what is wrong with it."""

    unit_lookup = "batch__unit"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="bad_rows")
    line = models.PositiveIntegerField()
    # JSON list of the cells as they came; encrypted, for they may be identity or phone numbers.
    cells = EncryptedTextField(purpose="import_row")
    # JSON list of {code, column, value, facts}.
    faults = EncryptedTextField(purpose="import_row")
    codes: Any = ArrayField(models.CharField(max_length=40))

    class Meta:
        """By line."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "line"], name="import_bad_row_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.line}"
