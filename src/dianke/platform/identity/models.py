"""Staff, posts as sets of rights, and who holds which post where."""

from typing import Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models

from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


@pghistory.track(exclude=["password", "last_login"])
class Staff(AbstractBaseUser, ScopedModel):
    """A person who works at the utility and logs in."""

    login = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")

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
