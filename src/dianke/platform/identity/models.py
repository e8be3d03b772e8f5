"""Staff, posts as sets of rights, and who holds which post where."""

from typing import Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models

from dianke.platform.crypto.fields import EncryptedTextField
from dianke.platform.identity.types import Department, LockKind
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track(exclude=["password", "last_login"])
class Staff(AbstractBaseUser, ScopedModel):
    """A person who works at the utility and logs in."""

    login = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    # Of their desk: customers are given it and colleagues call it, so nothing of it is masked.
    office_phone = models.CharField(max_length=20, blank=True, default="", db_default="")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")
    # True while the password is one that somebody else chose.
    must_change_password = models.BooleanField(default=False)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        """Plural of its own."""

        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return f"{self.name} ({self.login})"

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Tell Django whether the person may log in."""
        return self.active


@pghistory.track()
class Post(ScopedModel):
    """A post (岗位): the set of rights that a kind of work needs."""

    unit_lookup = None

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, default="", blank=True)
    department = models.CharField(
        max_length=20, default="", blank=True, choices=[(one.value, one.value) for one in Department]
    )
    rights: Any = ArrayField(models.CharField(max_length=60))

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PostAssignment(ScopedModel):
    """A person holds a post for a unit and everything below it, for a time."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="assignments")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    period: Any = DateRangeField()

    class Meta:
        """No post twice at a time."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="post_assignment_once_at_a_time",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.post}"


@pghistory.track()
class Deputyship(ScopedModel):
    """A person stands in for an absent one, with the posts of the absent one, for a time."""

    unit_lookup = "absent__unit"

    absent = models.ForeignKey(Staff, models.PROTECT, related_name="stood_in_for_by")
    deputy = models.ForeignKey(Staff, models.PROTECT, related_name="stands_in_for")
    period: Any = DateRangeField()
    reason = models.CharField(max_length=200)

    class Meta:
        """One pair once at a time; nobody stands in for themselves."""

        constraints: ClassVar = [
            ExclusionConstraint(
                name="deputyship_once_at_a_time",
                expressions=[
                    ("absent", RangeOperators.EQUAL),
                    ("deputy", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=~models.Q(absent=models.F("deputy")), name="deputyship_of_another"),
            models.CheckConstraint(condition=models.Q(period__upper_inf=False), name="deputyship_has_a_last_day"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} for {self.absent}"


class PasswordRecord(ScopedModel):
    """A password that a person had, hashed, so that it is not taken again too soon."""

    unit_lookup = "staff__unit"

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.staff_id} {self.set_at:%Y-%m-%d}"


class OneTimeCodeSource(ScopedModel):
    """The second step of a log-in: the shared secret of a person's authenticator (TOTP, RFC 6238)."""

    unit_lookup = "staff__unit"

    staff = models.OneToOneField(Staff, models.CASCADE, related_name="one_time_code_source")
    secret = EncryptedTextField(purpose="one_time_code")
    added_at = models.DateTimeField()
    # Set with the first right code; before that the log-in does not ask for one.
    confirmed_at = models.DateTimeField(null=True)
    # A code that was seen over a shoulder must not open a second session.
    last_step = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.staff_id}"


class RecoveryCode(ScopedModel):
    """A code that opens the second step once, for a lost authenticator; only its hash is kept."""

    unit_lookup = "staff__unit"

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        """A code is drawn once for a person."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "code_hash"], name="recovery_code_drawn_once")
        ]

    def __str__(self) -> str:
        return f"{self.staff_id}"


class LogInLock(ScopedModel):
    """Failures of a log-in, or from an address, and until when it is locked out."""

    unit_lookup = None

    kind = models.CharField(max_length=8, choices=[(one.value, one.value) for one in LockKind])
    subject = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    first_failed_at = models.DateTimeField()
    last_failed_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        """One row for each."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "subject"], name="log_in_lock_once")]
        indexes: ClassVar = [models.Index(fields=["last_failed_at"], name="log_in_lock_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class StaffSession(ScopedModel):
    """A session that a person opened: since when, from where, and how it ended."""

    unit_lookup = "staff__unit"

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True)
    browser = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)

    class Meta:
        """A person's sessions, the latest first."""

        indexes: ClassVar = [models.Index(fields=["staff", "-started_at"], name="staff_session_latest")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.started_at:%Y-%m-%d %H:%M}"
