"""What browsers load: vendored files are what they say, scripts stay small, nothing runs inline."""

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "src" / "dianke" / "interfaces" / "web"
VENDOR = WEB / "static" / "vendor"
LISTED = tomllib.loads((VENDOR / "VENDOR.toml").read_text("utf-8"))["file"]
TEMPLATES = sorted(WEB.rglob("templates/**/*.html"))
ALLOWED_LICENCES = {"MIT", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC"}
# MIT with one more demand: the maker's mark stays visible in every drawing. test_processes.py looks at it.
ALLOWED_LICENCES |= {"bpmn.io"}

# Loaded on every page; ECharts and charts.js come after the page, where there is a chart.
EVERY_PAGE = ["vendor/tabler.min.js", "vendor/htmx.min.js", "vendor/alpine-csp.min.js", "web/app.js"]
CHARTS = ["vendor/echarts.min.js"]
# Fetched where a process is drawn.
PROCESSES = ["vendor/bpmn-viewer.min.js", "vendor/bpmn-viewer.css", "web/processes.js", "web/processes.css"]


def gzipped_bytes(names: list[str]) -> int:
    """Return what a browser has to fetch for the files."""
    return sum(len(gzip.compress((WEB / "static" / name).read_bytes(), 9)) for name in names)


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["path"])
def test_vendored_file_is_the_one_listed(entry: dict[str, str]) -> None:
    content = (VENDOR / entry["path"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert entry["licence"] in ALLOWED_LICENCES
    assert entry["name"] in (VENDOR / "LICENSES.txt").read_text("utf-8")
    assert b"sourceMappingURL" not in content


def test_every_vendored_file_is_listed() -> None:
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}

    assert found == {entry["path"] for entry in LISTED} | {"VENDOR.toml", "LICENSES.txt"}


def test_scripts_of_every_page_stay_under_120_kilobytes() -> None:
    assert gzipped_bytes(EVERY_PAGE) < 120_000


def test_charts_stay_under_220_kilobytes() -> None:
    assert gzipped_bytes(CHARTS) < 220_000


def test_drawings_of_processes_stay_under_65_kilobytes() -> None:
    assert gzipped_bytes(PROCESSES) < 65_000


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_template_runs_nothing_inline(template: Path) -> None:
    text = template.read_text("utf-8")

    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"\son[a-z]+=|hx-on|hx-vals=.js:|javascript:", text) == []
    assert re.findall(r"<style", text) == []
    assert re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_template_writes_no_colour(template: Path) -> None:
    assert re.findall(r"style=[\"'][^\"']*(?:#[0-9a-f]{3}|rgb|hsl)", template.read_text("utf-8"), re.IGNORECASE) == []
