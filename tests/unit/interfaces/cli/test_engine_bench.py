from dianke.interfaces.cli.bench import engine
from dianke.interfaces.cli.bench.decimal_check import engine_amounts, price_account
from dianke.interfaces.cli.bench.engine_fleet import build_groups


class TestEngineBench:
    def test_prices_every_account_and_every_line_of_a_small_fleet(self):
        measured = engine.measure(2_000)

        lines = measured["detail"]["lines"]
        assert measured["name"] == "engine"
        assert measured["unit"] == "accounts"
        assert lines["energy"] == 2_000 * 15
        assert lines["basic.capacity"] + lines["basic.demand"] == lines["power_factor"] == 42
        assert measured["detail"]["faults"] == 0
        assert measured["detail"]["sample"] == {
            "checked": 2_000,
            "unequal": 0,
            "against": "plain Decimal arithmetic",
        }

    def test_sees_a_fen_that_is_wrong(self):
        groups = build_groups(100)
        results = {group.name: list(engine.calculate_group(group)) for group in groups}
        results["commercial"][0].total[3] += 1

        checked, unequal = engine.compare_sample(groups, results)

        assert (checked, unequal) == (100, 1)

    def test_makes_the_same_fleet_every_time(self):
        first, again = build_groups(50), build_groups(50)

        assert [price_account(group, 0) for group in first] == [price_account(group, 0) for group in again]

    def test_shares_no_figure_between_the_two_ways(self):
        (group, *_) = build_groups(10)
        (chunk,) = engine.calculate_group(group)

        assert engine_amounts(chunk.lines, chunk.total, 0) == price_account(group, 0)
