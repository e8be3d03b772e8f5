"""The shipped files hold every figure of the sheets that were handed over, and add keys only."""

from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from dianke.domain.tariffs.rules.documents import read_document

FOLDER = Path(__file__).parents[4] / "shared" / "spec" / "tariffs"
DATA = resources.files("dianke.domain.tariffs").joinpath("data")
NAMES = [
    "sheets/beijing.yaml",
    "sheets/fujian.yaml",
    "sheets/guangdong.yaml",
    "sheets/hubei.yaml",
    "sheets/jiangsu.yaml",
    "sheets/other-partial.yaml",
    "sheets/td-prices-2026-08.yaml",
    "sheets/zhejiang.yaml",
    "tou-rules-2025.yaml",
]
# Words that became keys a machine can follow; the words are kept beside them in the same file.
REWORDED = {"tou", "doc", "guangdong_area_addon"}


def list_lost(given: Any, shipped: Any, path: str = "") -> list[str]:
    """Return the paths at which the shipped data lacks or changes what was given."""
    if isinstance(given, dict) and isinstance(shipped, dict):
        return [
            lost
            for key, value in given.items()
            if key not in REWORDED or isinstance(value, list)
            for lost in list_lost(value, shipped.get(key), f"{path}.{key}")
        ]
    if isinstance(given, list) and isinstance(shipped, list) and len(given) == len(shipped):
        return [
            lost
            for index, (one, two) in enumerate(zip(given, shipped, strict=True))
            for lost in list_lost(one, two, f"{path}[{index}]")
        ]
    return [] if given == shipped else [path]


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the sheets that were handed over are not beside the checkout")
@pytest.mark.parametrize("name", NAMES)
def test_no_figure_is_lost_or_changed(name):
    given = read_document((FOLDER / Path(name).name).read_bytes())
    shipped = read_document(DATA.joinpath(*name.split("/")).read_bytes())

    assert list_lost(given, shipped) == []


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the sheets that were handed over are not beside the checkout")
def test_what_was_reworded_keeps_its_figures():
    given = read_document((FOLDER / "td-prices-2026-08.yaml").read_bytes())["sheets"][0]
    shipped = read_document(DATA.joinpath("sheets", "td-prices-2026-08.yaml").read_bytes())["sheets"][0]
    guangdong = [
        read_document(data)["tou"]
        for data in (
            (FOLDER / "guangdong.yaml").read_bytes(),
            DATA.joinpath("sheets", "guangdong.yaml").read_bytes(),
        )
    ]
    hubei = [
        read_document(data)["sheets"][0]["tou"]
        for data in (
            (FOLDER / "hubei.yaml").read_bytes(),
            DATA.joinpath("sheets", "hubei.yaml").read_bytes(),
        )
    ]

    assert shipped["area_additions"]["prices"] == given["guangdong_area_addon"]
    assert list_lost(*guangdong) == list_lost(*hubei) == []
