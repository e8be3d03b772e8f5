"""The sheet of the how-to loads as it stands there."""

import re
from pathlib import Path

from dianke.domain.tariffs.rules import sheets
from dianke.domain.tariffs.types import BandLayer

HOWTO = Path(__file__).parents[3] / "docs" / "howto" / "add-a-tariff.md"


def test_the_example_loads_without_fault():
    (example,) = re.findall(r"```yaml\n(.*?)```", HOWTO.read_text("utf-8"), re.DOTALL)

    file = sheets.read_file(name="example.yaml", data=example.encode())

    assert (file.faults, file.skipped) == ((), ())
    (version,) = file.versions
    assert (version.plan_code, len(version.rows), len(version.components)) == ("HB-CI", 1, 7)
    assert {band.layer for band in version.bands} == {BandLayer.BASE, BandLayer.SHARP, BandLayer.HOLIDAY}
