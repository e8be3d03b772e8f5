"""Kinds of load curves are kept with their members, which answer to their unit alone."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.factories.archive import Archive, actor_of, add_point, build_archive
from tests.factories.paid import at_ten

from dianke.application import load_shapes
from dianke.application.load_shapes import runs
from dianke.domain.load_shapes.models import ShapeMember, ShapeRun
from dianke.domain.load_shapes.operations.runs import ShapeRunExists
from dianke.domain.load_shapes.queries import runs as queries
from dianke.domain.load_shapes.types import ShapeRunVerdict
from dianke.domain.readings.intervals import stage_days
from dianke.domain.readings.models import DailyUsage
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing load shapes")
START, END = date(2025, 12, 7), date(2026, 2, 1)
POINTS, DAYS = 12, 20


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return an archive with twelve points and twenty days of curves: by turns at night and in the evening."""
    archive = build_archive()
    points = [add_point(archive) for _serial in range(POINTS)]
    hour = np.arange(96) / 4
    curves = [np.where(hour < 6, 900, 150), np.where((hour >= 18) & (hour < 21), 900, 150)]
    noise = np.random.default_rng(4).integers(0, 30, (POINTS, DAYS, 96))
    wh = np.stack([np.tile(curves[place % 2], (DAYS, 1)) for place in range(POINTS)]) + noise
    keys = np.array([point.pk for point in points])
    with stage_days(tmp_path, usage_point_ids=keys, first_day=date(2026, 1, 1), wh=wh.astype(np.int32)) as staged:
        staged.publish()
    DailyUsage.objects.bulk_create(
        [DailyUsage(usage_point=point, day=date(2026, 1, 1), total_kwh_e2=1000) for point in points]
    )
    return archive


def make(root: Path) -> ShapeRun:
    return load_shapes.make_shapes(actor=SYSTEM, root=root, end=END, at=at_ten(END))


def test_planted_kinds_are_found_kept_and_answer_to_their_unit(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "LEAST_POINTS", 6)
    monkeypatch.setattr(runs, "_NUMBERS", (2, 3))
    monkeypatch.setattr(runs, "_DRAWS", 4)

    run = make(tmp_path)

    shapes = queries.list_shapes(actor=SYSTEM, run=run)
    found = queries.read_members(on=END)
    assert (run.verdict, run.kind_count, run.point_count) == (ShapeRunVerdict.STABLE.value, 2, POINTS)
    assert {(one.name, one.count) for one in shapes} == {("NIGHT_USE", 6), ("EVENING_PEAK", 6)}
    assert found["customer_id"].size == POINTS
    assert queries.filter_members(actor=actor_of(archive.east, load_shapes.VIEW), run=run).count() == POINTS
    assert queries.filter_members(actor=actor_of(archive.west, load_shapes.VIEW), run=run).count() == 0


def test_too_few_points_are_said_to_be_too_few_once_a_day(archive: Archive, tmp_path: Path) -> None:
    run = make(tmp_path)

    with pytest.raises(ShapeRunExists):
        make(tmp_path)

    assert (run.verdict, run.left_out_count) == (ShapeRunVerdict.TOO_FEW.value, POINTS)
    assert ShapeMember.objects.for_actor(SYSTEM).count() == 0


def test_before_the_first_run_nobody_has_a_kind() -> None:
    found: dict[str, Any] = queries.read_members(on=END)

    assert [column.size for column in found.values()] == [0] * 5
