"""`dianke import` as people type it."""

import csv
import io
import json
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.domain.customers.models import Customer
from dianke.interfaces.cli import import_
from dianke.interfaces.cli.acting import LoginRefused
from dianke.interfaces.cli.import_ import UnableToWriteFile
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity import operations as identity

pytestmark = pytest.mark.django_db

HEADER = "客户编号,客户名称,客户类型,立户日期,单位编码\n"
GOOD = "K1,王晓明,个人,2020-05-01,GSE\n"
BAD = "K2,李四,个人,2020-02-30,GSE\n"


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "var"


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(HEADER + GOOD, "utf-8")
    return path


def add_clerk(archive: Archive, *rights: str) -> None:
    staff = identity.add_staff(login="wang", name="王", unit=archive.east, password="correct horse")
    post = identity.define_post(code="CLERK", name="录入员", rights=list(rights))
    identity.assign_post(staff=staff, post=post, unit=archive.east, start=factory.INSTALLED)


def count(archive: Archive) -> int:
    return int(Customer.objects.for_actor(archive.actor).count())


def test_the_first_set_up_needs_nobody_and_says_so(
    archive: Archive, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = import_.run(["customers", str(file)])

    told = capsys.readouterr()
    assert (status, count(archive)) == (0, 1)
    assert told.out.startswith("customers.csv (CSV UTF-8 comma): 1 行，入库 1，退回 0，问题 0 · DR-")
    assert "first set-up" in told.err


def test_once_there_is_staff_somebody_must_act(archive: Archive, file: Path) -> None:
    add_clerk(archive, "imports.load")

    with pytest.raises(LoginRefused):
        import_.run(["customers", str(file)])

    assert count(archive) == 0


def test_a_login_and_its_password_act(archive: Archive, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_clerk(archive, "imports.load")
    monkeypatch.setenv("DIANKE_PASSWORD", "correct horse")

    assert import_.run(["customers", str(file), "--as", "wang"]) == 0
    assert count(archive) == 1


def test_a_login_without_the_right_is_refused(archive: Archive, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_clerk(archive, "archive.view")
    monkeypatch.setenv("DIANKE_PASSWORD", "correct horse")

    with pytest.raises(PermissionRefused):
        import_.run(["customers", str(file), "--as", "wang"])

    assert count(archive) == 0


def test_faults_go_to_standard_error_with_row_column_value_and_remedy(
    archive: Archive, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HEADER + GOOD + BAD, "gbk")

    status = import_.run(["customers", str(file)])

    told = capsys.readouterr()
    assert (status, count(archive)) == (1, 0)
    assert told.err.splitlines()[-1] == ("date_impossible: 第 3 行 立户日期 [2020-02-30]: 没有这一天；请核对月和日")
    assert told.out == "customers.csv (CSV GB18030 comma): 2 行，入库 0，退回 1，问题 1\n"


def test_the_report_can_be_read_by_a_machine(archive: Archive, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(HEADER + BAD, "utf-8")

    import_.run(["customers", str(file), "--json", "--dry-run", "--language", "en"])

    assert json.loads(capsys.readouterr().out) == {
        "table": "customers",
        "file": "customers.csv",
        "format": "csv",
        "encoding": "UTF-8",
        "delimiter": "comma",
        "rows": 1,
        "stored": 0,
        "unchanged": 0,
        "rejected": 1,
        "dry_run": True,
        "batch": "",
        "errors": [
            {
                "row": 2,
                "column": "立户日期",
                "value": "2020-02-30",
                "code": "date_impossible",
                "message": "there is no such day",
                "remedy": "check day and month",
            }
        ],
    }


@pytest.mark.parametrize("name", ["bad.csv", "bad.xlsx"])
def test_good_rows_are_stored_and_bad_ones_come_back_to_be_corrected(
    archive: Archive, file: Path, tmp_path: Path, name: str
) -> None:
    file.write_text(HEADER + GOOD + BAD, "utf-8")
    rejects = tmp_path / name

    status = import_.run(["customers", str(file), "--keep-good", "--rejects", str(rejects)])
    again = import_.run(["customers", str(rejects), "--dry-run"])

    assert (status, again, count(archive)) == (1, 1, 1)
    assert rejects.stat().st_size > 0


def test_no_file_of_rejects_is_left_when_nothing_was_rejected(archive: Archive, file: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "bad.csv"

    assert import_.run(["customers", str(file), "--keep-good", "--rejects", str(rejects)]) == 0
    assert not rejects.exists()


def test_a_file_that_stands_there_is_never_overwritten(archive: Archive, file: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "bad.csv"
    rejects.write_text("keep me")

    with pytest.raises(UnableToWriteFile):
        import_.run(["customers", str(file), "--keep-good", "--rejects", str(rejects)])

    assert (rejects.read_text(), count(archive)) == ("keep me", 0)


def test_a_large_upload_is_refused(archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as out:
        out.truncate(100 * 1024 * 1024)

    status = import_.run(["customers", str(path)])

    assert status == 1
    assert "file_too_large: 文件超过 64 MiB；请拆分成几个文件" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["customers"],
        ["customers", "a.csv", "--keep-good"],
        ["customers", "a.csv", "--rejects", "b.csv"],
        ["--template", "customers", "a.csv", "b.csv"],
        ["customers", "a.csv", "--unknown"],
    ],
)
def test_wrong_usage_has_status_2(words: list[str]) -> None:
    assert import_.run(words) == 2


def test_help_has_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert import_.run(["--help"]) == 0
    assert "usage-points" in capsys.readouterr().out


class TestTemplates:
    def test_goes_to_standard_output_as_csv(self, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        assert import_.run(["--template", "customers"]) == 0

        text = capsysbinary.readouterr().out.decode("utf-8-sig")
        assert next(csv.reader(io.StringIO(text))) == [
            "客户编号",
            "客户名称",
            "客户类型",
            "行业代码",
            "立户日期",
            "单位编码",
            "简称",
            "证件类型",
            "证件号码",
            "重要用户等级",
        ]

    @pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
    def test_goes_to_a_file_and_holds_nothing_to_load(self, archive: Archive, tmp_path: Path, name: str) -> None:
        path = tmp_path / name

        assert import_.run(["--template", "meters", str(path)]) == 0
        assert import_.run(["meters", str(path)]) == 0
