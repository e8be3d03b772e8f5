"""Tables of load shapes: runs of clustering, the kinds they found, who belongs to which."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.load_shapes.types import ShapeRunVerdict
from dianke.domain.metering.models import UsagePoint
from dianke.engine.load_shapes.naming import ShapeName
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


class ShapeRun(ScopedModel):
    """A clustering of the curves of some weeks: how many kinds, how stable they are, what else was tried."""

    unit_lookup = None

    first_day = models.DateField()
    end_day = models.DateField(unique=True)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=[(one.value, one.value) for one in ShapeRunVerdict])
    point_count = models.IntegerField()
    # Of them, those that the kinds were learned from.
    learned_count = models.IntegerField()
    # Points with curves that had too few whole days.
    left_out_count = models.IntegerField()
    day_count = models.BigIntegerField()
    kind_count = models.PositiveSmallIntegerField()
    # Adjusted Rand index over the draws, Davies-Bouldin index, in 1e-4.
    rand_mean_e4 = models.IntegerField(null=True)
    rand_least_e4 = models.IntegerField(null=True)
    davies_bouldin_e4 = models.IntegerField(null=True)
    # Every number that was tried: k, rand_mean, rand_least, davies_bouldin, sizes.
    tried: Any = models.JSONField(default=list)
    # The middles of the kinds: what points are sorted by.
    content: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.end_day}"


class LoadShape(ScopedModel):
    """A kind of points: its typical day with quartiles, its name, how many belong to it (负荷曲线类型)."""

    unit_lookup = None

    run = models.ForeignKey(ShapeRun, models.PROTECT, related_name="shapes")
    # 1 is the largest.
    rank = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=16, choices=[(one.value, one.value) for one in ShapeName])
    count = models.IntegerField()
    # 96 values each, in 1e-3 of the mean of a day.
    middle_e3: Any = ArrayField(models.IntegerField())
    lower_e3: Any = ArrayField(models.IntegerField())
    upper_e3: Any = ArrayField(models.IntegerField())
    peak_slot = models.PositiveSmallIntegerField()
    # Shares of what is used: 0 to 6 o'clock, and on Saturdays and Sundays, in 1e-4.
    night_e4 = models.IntegerField()
    weekend_e4 = models.IntegerField()

    class Meta:
        """Each rank once a run."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "rank"], name="load_shape_rank_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.rank}"


class ShapeMember(ScopedModel):
    """
    A usage point belongs to a kind, and how far from its middle it is.

    Derived, written by COPY; the rows of runs before the last two are dropped.
    """

    shape = models.ForeignKey(LoadShape, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    distance_e4 = models.IntegerField()
    day_count = models.IntegerField()
    night_e4 = models.IntegerField()
    weekend_e4 = models.IntegerField()

    class Meta:
        """Members of a kind by nearness; the kind of a point or account."""

        indexes: ClassVar = [
            models.Index(fields=["shape", "distance_e4", "id"], name="shape_member_near"),
            models.Index(fields=["usage_point", "shape"], name="shape_member_point"),
            models.Index(fields=["account", "shape"], name="shape_member_account"),
        ]

    def __str__(self) -> str:
        return f"{self.usage_point_id} {self.shape_id}"
