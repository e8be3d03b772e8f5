"""What was done, by whom, from where, on what; what waits for a second look; and the chain that proves it."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.platform.audit.types import AlarmKind, AlarmState
from dianke.platform.database.grants import declare_append_only
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only(
    "audit_usecaserecord",
    "audit_alarmdecision",
    "audit_chainday",
    "audit_chaintable",
    "audit_chainsegment",
    "audit_trailproof",
)


class UseCaseRecord(ScopedModel):
    """One use case carried out: append-only, the service's log-in may not change or remove it."""

    # Scoped by the path of the unit that the actor works in, which outlives the unit.
    unit_lookup = None

    at = models.DateTimeField()
    use_case = models.CharField(max_length=80)
    right = models.CharField(max_length=60)
    actor_login = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=80)
    # The absent person whose post the actor used.
    deputy_for = models.CharField(max_length=40, blank=True, default="")
    actor_unit_path = models.CharField(max_length=200, blank=True, default="")
    origin = models.CharField(max_length=12)
    address = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    facts = models.JSONField(default=dict)
    history_context = models.UUIDField(null=True)

    class Meta:
        """Search by time, by actor and by the changes that belong to it."""

        indexes: ClassVar = [
            models.Index(fields=["at"], name="use_case_record_at"),
            models.Index(fields=["actor_login", "at"], name="use_case_record_actor"),
            models.Index(fields=["use_case", "at"], name="use_case_record_use_case"),
            models.Index(fields=["history_context"], name="use_case_record_context"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_login} {self.use_case}"


class ChangeAlarm(ScopedModel):
    """A change of a price, a multiplier, a capacity, an identity or a bank account: somebody else looks at it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in AlarmKind])
    state = models.CharField(
        max_length=14, choices=[(state.value, state.value) for state in AlarmState], default=AlarmState.OPEN.value
    )
    at = models.DateTimeField()
    # The thing and the rows of its history; values stay there, so that personal data is kept once.
    model_label = models.CharField(max_length=60)
    key = models.BigIntegerField()
    event_id = models.BigIntegerField()
    before_event_id = models.BigIntegerField()
    fields: Any = ArrayField(models.CharField(max_length=60))
    actor_login = models.CharField(max_length=40, blank=True)
    use_case = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    history_context = models.UUIDField(null=True)

    class Meta:
        """One alarm a change and kind; only the state ever moves."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model_label", "event_id", "kind"], name="change_alarm_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["unit", "at"], name="change_alarm_open", condition=models.Q(state=AlarmState.OPEN.value)
            ),
            models.Index(fields=["-at", "-id"], name="change_alarm_latest"),
            models.Index(fields=["model_label", "key"], name="change_alarm_thing"),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(name="change_alarm_is_fixed", exclude=["state"]),
            pgtrigger.Protect(name="change_alarm_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="change_alarm_is_decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=[AlarmState.IN_ORDER.value, AlarmState.NOT_IN_ORDER.value]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.model_label}:{self.key}"


class AlarmDecision(ScopedModel):
    """What the second pair of eyes found; append-only."""

    unit_lookup = "alarm__unit"

    alarm = models.OneToOneField(ChangeAlarm, models.PROTECT, related_name="decision")
    state = models.CharField(max_length=14, choices=[(s.value, s.value) for s in AlarmState])
    note = models.CharField(max_length=400, blank=True)
    decided_by = models.CharField(max_length=40)
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.state}"


class ChainDay(ScopedModel):
    """A closed day of the trail: its hash covers every row of the day and the hash of the day before."""

    unit_lookup = None

    day = models.DateField(unique=True)
    rows = models.BigIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    chained_at = models.DateTimeField()
    chained_by = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.day} {self.hash[:12]}"


class ChainTable(ScopedModel):
    """The rows of one table in a closed day, and the columns that their hashes cover."""

    unit_lookup = None

    day = models.ForeignKey(ChainDay, models.PROTECT, related_name="tables")
    table_name = models.CharField(max_length=63)
    columns: Any = ArrayField(models.CharField(max_length=63))
    rows = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        """A table once a day."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "table_name"], name="chain_table_once_a_day")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.rows}"


class ChainSegment(ScopedModel):
    """Up to 256 rows in order of their keys: each key and eight bytes of each row's hash, to find a broken one."""

    unit_lookup = None

    table = models.ForeignKey(ChainTable, models.PROTECT, related_name="segments")
    number = models.IntegerField()
    keys = models.BinaryField()
    row_hashes = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        """In order, without a gap."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["table", "number"], name="chain_segment_once")]

    def __str__(self) -> str:
        return f"{self.table_id} {self.number}"


class TrailProof(ScopedModel):
    """A comparison of the trail with its chain, and what it found; append-only."""

    unit_lookup = None

    at = models.DateTimeField()
    by = models.CharField(max_length=40)
    first_day = models.DateField()
    last_day = models.DateField()
    rows = models.BigIntegerField()
    duration_ms = models.BigIntegerField()
    intact = models.BooleanField()
    # Empty, or the first break: kind, day, table, key, detail.
    finding = models.JSONField(default=dict, blank=True)
    last_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        """The latest first."""

        indexes: ClassVar = [models.Index(fields=["-at"], name="trail_proof_latest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.intact}"
