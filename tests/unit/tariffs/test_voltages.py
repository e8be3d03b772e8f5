"""Voltages and the classes that sheets print."""

import pytest

from dianke.domain.tariffs.rules import voltages

HUBEI = ["<1kV", "1-10(20)kV", "35kV", "110kV", ">=220kV"]


@pytest.mark.parametrize(
    ("voltage", "printed", "row"),
    [
        ("1-10(20)kV", HUBEI, 1),
        ("220V", HUBEI, 0),
        ("380V", HUBEI, 0),
        ("0.4kV", HUBEI, 0),
        ("10kV", HUBEI, 1),
        ("20kV", HUBEI, 1),
        ("35kV", HUBEI, 2),
        ("500kV", HUBEI, 4),
        ("66kV", HUBEI, None),
        ("66kV", ["35kV", "110(66)kV"], 1),
        ("110kV", ["<1kV", "35-110kV"], 1),
        ("1kV", ["<1kV", "1-10kV"], 1),
        ("≥220kV", HUBEI, 4),
        ("", [""], 0),
        ("220V", [""], 0),
        ("", HUBEI, None),
        ("高压", HUBEI, None),
        ("35kV", ["1-110kV", "35-110kV"], None),
    ],
)
def test_a_voltage_finds_its_row(voltage, printed, row):
    assert voltages.find_row(voltage, printed=printed) == row
