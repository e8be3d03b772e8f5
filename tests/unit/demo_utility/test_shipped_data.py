"""Each set stands in a folder of its own, with source and licence, and is what was published."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from dianke.application.demo_utility import notes
from dianke.application.demo_utility.sources import DATA

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "data"
MOST_BYTES = 6_000_000


def read_published(name: str) -> Path:
    """Return a published file, or skip where the sets are not laid out beside the checkout."""
    file = PUBLISHED / name
    if not file.is_file():
        pytest.skip("the published data sets are not beside this checkout")
    return file


class TestFolders:
    def test_each_names_source_licence_and_every_file(self) -> None:
        folders = sorted(folder for folder in DATA.iterdir() if folder.is_dir())

        assert [folder.name for folder in folders] == ["citylearn_homes", "de_nonresidential", "lv_urban6"]
        for folder in folders:
            readme = (folder / "README.md").read_text("utf-8")
            assert "Source" in readme
            assert "Licence" in readme
            assert [file.name for file in folder.glob("*.parquet") if file.name not in readme] == []

    def test_are_small(self) -> None:
        assert sum(file.stat().st_size for file in DATA.rglob("*") if file.is_file()) < MOST_BYTES

    def test_the_database_licence_and_its_notice_stand_beside_the_area(self) -> None:
        readme = (DATA / "lv_urban6" / "README.md").read_text("utf-8")

        assert "http://opendatacommons.org/licenses/odbl/1.0/" in readme
        assert "http://opendatacommons.org/licenses/dbcl/1.0/" in readme

    def test_the_pages_name_the_same_sets(self) -> None:
        assert {source.folder for source in notes.list_sources()} == {
            folder.name for folder in DATA.iterdir() if folder.is_dir()
        }


class TestValues:
    def test_homes_are_exact(self) -> None:
        published = pq.ParquetFile(read_published("citylearn2022_homes17_hourly/buildings.parquet")).read()

        shipped = pq.ParquetFile(DATA / "citylearn_homes/homes_hourly.parquet").read()

        assert shipped["equipment_kwh"].equals(published["Equipment Electric Power [kWh]"])
        assert shipped["solar_w_per_kw"].equals(published["Solar Generation [W/kW]"])

    def test_trades_are_the_file_itself(self) -> None:
        published = read_published("de_nonresidential_15min/profiles_2010.parquet").read_bytes()

        assert (DATA / "de_nonresidential/profiles_2010.parquet").read_bytes() == published

    @pytest.mark.parametrize("name", ["load_profiles_15min", "pv_profiles_15min", "lines", "customers"])
    def test_the_area_is_exact_in_the_columns_that_were_kept(self, name: str) -> None:
        source = {"lines": "line"}.get(name, name)
        published = pq.ParquetFile(read_published(f"lv_feeder_lineloss/open/lv_urban6/{source}.parquet")).read()

        shipped = pq.ParquetFile(DATA / f"lv_urban6/{name}.parquet").read()

        for column in shipped.column_names:
            assert np.array_equal(shipped[column].to_numpy(), published[column].to_numpy())
