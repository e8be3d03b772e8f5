"""Closed days of the trail are linked by hash, and whatever is done to one of their rows is found and named."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from tests.factories.once import built_once

from dianke.application.trail import chain_trail, prove_trail
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.models import ChainDay, ChainSegment, TrailProof, UseCaseRecord
from dianke.platform.audit.types import BreakKind
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("testing the chain")
FIRST, SECOND, THIRD = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)
AFTER = datetime(2026, 1, 8, 2, 30, tzinfo=SHANGHAI)
TABLE = "audit_usecaserecord"


def add_records(day: date, count: int) -> list[int]:
    records = [
        UseCaseRecord(
            at=datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI) + timedelta(seconds=number),
            use_case=f"test.{number}",
            right="staff.manage",
            actor_login="li",
            actor_name="李",
            origin="web",
        )
        for number in range(count)
    ]
    return [record.pk for record in UseCaseRecord.objects.bulk_create(records)]


def close(until: date = THIRD) -> list[ChainDay]:
    return chain_trail(actor=SYSTEM, until=until, at=AFTER)


def tamper(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def build() -> list[int]:
    """Close three days: 600 rows in the first, none in the second, three in the third; return the first day's keys."""
    added = add_records(FIRST, 600)
    add_records(THIRD, 3)
    close()
    return added


keys = built_once(build)


def test_a_trail_that_nobody_touched_is_proved_whole(keys: list[int]) -> None:
    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert (proof.broken, proof.rows, proof.first_day, proof.last_day) == (None, 603, FIRST, THIRD)
    kept = TrailProof.objects.for_actor(SYSTEM).get()
    assert (kept.intact, kept.rows, kept.by) == (True, 603, "system")


def test_names_the_row_that_was_changed(keys: list[int]) -> None:
    tamper(f"update {TABLE} set reason = '改过' where id = %s", keys[300])

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert (proof.broken.kind, proof.broken.day, proof.broken.table) == (BreakKind.CHANGED, FIRST, TABLE)
    assert proof.broken.key == str(keys[300])
    assert TrailProof.objects.for_actor(SYSTEM).get().finding["key"] == str(keys[300])


def test_names_the_row_that_was_removed(keys: list[int]) -> None:
    tamper(f"delete from {TABLE} where id = %s", keys[256])

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert (proof.broken.kind, proof.broken.key) == (BreakKind.REMOVED, str(keys[256]))


def test_names_the_last_row_when_that_was_removed(keys: list[int]) -> None:
    tamper(f"delete from {TABLE} where id = %s", keys[599])

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert (proof.broken.kind, proof.broken.key) == (BreakKind.REMOVED, str(keys[599]))


@pytest.mark.parametrize("day", [FIRST, SECOND])
def test_names_a_row_that_was_slipped_into_a_closed_day(keys: list[int], day: date) -> None:
    (late,) = add_records(day, 1)

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert (proof.broken.kind, proof.broken.day, proof.broken.key) == (BreakKind.ADDED, day, str(late))


def test_a_row_moved_to_another_day_is_missing_where_it_was(keys: list[int]) -> None:
    tamper(f"update {TABLE} set at = at + interval '1 day' where id = %s", keys[5])

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert (proof.broken.kind, proof.broken.day, proof.broken.key) == (BreakKind.REMOVED, FIRST, str(keys[5]))


def test_the_first_of_several_breaks_is_named(keys: list[int]) -> None:
    tamper(f"update {TABLE} set reason = '改过' where id in (%s, %s)", keys[400], keys[20])

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert proof.broken.key == str(keys[20])


def test_days_before_the_one_named_are_not_read(keys: list[int]) -> None:
    tamper(f"update {TABLE} set reason = '改过' where id = %s", keys[0])

    proof = prove_trail(actor=SYSTEM, at=AFTER, first_day=SECOND)

    assert (proof.broken, proof.rows) == (None, 3)


def test_a_row_changed_together_with_its_segment_does_not_fit_the_table(keys: list[int]) -> None:
    tamper(f"update {TABLE} set reason = '改过' where id = %s", keys[0])
    segment = ChainSegment.objects.for_actor(SYSTEM).order_by("id")[0]
    close_again = chain_again(keys)
    tamper(
        "update audit_chainsegment set row_hashes = %s, digest = %s where id = %s",
        close_again.row_hashes,
        close_again.digest,
        segment.pk,
    )

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert (proof.broken.kind, proof.broken.table) == (BreakKind.CHAIN_CHANGED, TABLE)


def chain_again(keys: list[int]) -> ChainSegment:
    """Return the segment that a forger would write over the first one."""
    from dianke.platform.audit.chaining import bounds_of, list_chained_tables, list_columns, read_segments

    table = next(one for one in list_chained_tables() if one.name == TABLE)
    start, end = bounds_of(FIRST)
    forged = next(iter(read_segments(table=table, columns=list_columns()[TABLE], start=start, end=end)))
    return ChainSegment(row_hashes=forged.kept_hashes, digest=forged.digest)


def test_a_day_whose_hash_was_changed_is_found(keys: list[int]) -> None:
    tamper("update audit_chainday set hash = repeat('0', 64) where day = %s", SECOND)

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert (proof.broken.kind, proof.broken.day) == (BreakKind.CHAIN_CHANGED, THIRD)


def test_a_chain_written_anew_does_not_hold_the_hash_that_was_kept_outside(keys: list[int]) -> None:
    outside = prove_trail(actor=SYSTEM, at=AFTER).last_hash
    tamper(f"update {TABLE} set reason = '改过' where id = %s", keys[0])
    for table in ("audit_chainsegment", "audit_chaintable", "audit_chainday"):
        tamper(f"delete from {table}")
    close()

    unaware = prove_trail(actor=SYSTEM, at=AFTER)
    aware = prove_trail(actor=SYSTEM, at=AFTER, expected_hash=outside)

    assert unaware.broken is None
    assert aware.broken is not None
    assert aware.broken.kind is BreakKind.CHAIN_CHANGED


def test_a_column_added_later_leaves_closed_days_proved(keys: list[int]) -> None:
    tamper(f"alter table {TABLE} add column later text not null default 'x'")

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is None


def test_a_column_that_is_gone_is_named(keys: list[int]) -> None:
    tamper("alter table tariffs_tariffplanscopedevent rename column issuer to publisher")

    proof = prove_trail(actor=SYSTEM, at=AFTER)

    assert proof.broken is not None
    assert (proof.broken.kind, proof.broken.detail) == (BreakKind.COLUMN_GONE, "issuer")
