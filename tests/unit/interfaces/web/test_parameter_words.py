"""What the review measures by is said in words with units; every value of the file has its name."""

import pytest

from dianke.domain.billing.rules.review.parameters import list_defaults
from dianke.interfaces.web.billing import parameter_words as words


def test_every_value_of_every_rule_has_a_name() -> None:
    names = {name for blocks in list_defaults().values() for block in blocks for name in block.values}

    assert names == set(words.NAMES)


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("cycles", 3, "3"),
        ("up_percent", 200, "200%"),
        ("z_e1", 40, "4.0"),
        ("least_kwh", 20_000, "20,000 kWh"),
        ("threshold_kva", 315, "315 kVA"),
        ("ratio_kva_e1", 33, "3.3 kVA"),
        ("industry_e2", 90, "0.90"),
        ("tolerance_register_e4", 10_000, "1"),
        ("allowed", ["06-46", "53"], "06–46, 53"),
        ("keeps_until_day", 20230601, "2023-06-01"),
    ],
)
def test_value_is_written_with_its_unit(name: str, value: object, written: str) -> None:
    assert words.write_value(name, value) == written


def test_source_is_told_apart_from_the_regulations_it_cites() -> None:
    assert words.write_source("REG-526-2023, TR-2") == ("TR-2", ["REG-526-2023"])
