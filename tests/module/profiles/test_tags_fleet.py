"""The fleet that the bench of tags makes up: facts of every source, and the same answers at every size."""

import pytest
from django.db import connection

from dianke.application import profiles
from dianke.domain.profiles.models import TagRun
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.queries.columns import load_columns
from dianke.interfaces.cli.bench import tags_fleet
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing the bench of tags")
SIZE = 400


class TestFleet:
    def test_every_tag_has_a_source_and_counts_everybody_in_each_run(self) -> None:
        found = tags_fleet.fill_and_run(SIZE)

        assert (found["tags"], found["without_source"]) == (len(queries.list_tags(actor=SYSTEM)), [])
        figures = queries.map_last_figures(actor=SYSTEM)
        assert all(sum(one.counts.values()) == SIZE for one in figures.values())
        assert [run.customer_count for run in TagRun.objects.for_actor(SYSTEM)] == [SIZE, SIZE]

    def test_a_reader_of_one_station_finds_those_of_the_station(self) -> None:
        found = tags_fleet.fill_and_run(SIZE)["segment_preview_counts"]

        whole, station = found["tags_grade_feeders"], found["tags_grade_feeders_of_a_station"]
        assert whole["of"] == SIZE
        # Customers 2000 to 2099 and 0 to 99 live at the first station: of four hundred the first ninety-nine.
        assert station["of"] == 99
        assert 0 < station["fit"] < whole["fit"]
        assert all(one["sample"] == min(one["fit"], 10) for one in found.values())

    @pytest.mark.parametrize("size", [400, 1_200])
    def test_use_is_the_same_whether_accounts_are_listed_or_a_range(self, size: int) -> None:
        # Fewer than a thousand accounts are looked up one by one, more that follow each other as a range.
        tags_fleet.fill_fleet(size)
        profiles.run_tags(actor=SYSTEM, as_of=tags_fleet.AS_OF, at=tags_fleet.at_four(tags_fleet.AS_OF))

        found = load_columns(["customer_id", "energy_12", "amount_12", "billed_months"])

        with connection.cursor() as cursor:
            cursor.execute(
                "select a.customer_id, sum(b.energy_kwh_e2), sum(b.amount_fen), count(distinct b.month)"
                " from customers_customeraccount a join billing_bill b on b.account_id = a.id"
                " where b.month >= '2025-10-01' and b.month < '2026-10-01' group by 1 order by 1"
            )
            expected = [tuple(int(one) for one in row) for row in cursor.fetchall()]
        assert len(expected) == size
        assert list(zip(*(found[name].tolist() for name in found), strict=True)) == expected
