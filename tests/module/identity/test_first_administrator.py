"""The first administrator is made once, by the command line, and changes the password before anything else."""

import json
from datetime import date

import pytest
from tests.module.identity.conftest import SYSTEM, Company

from dianke.application.administration.first_administrator import UnableToFoundAdministrator, found_administrator
from dianke.interfaces.cli import administrator
from dianke.interfaces.cli.main import FAILED, main
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.identity import operations as identity
from dianke.platform.identity.backends import StaffBackend
from dianke.platform.identity.models import Post, Staff
from dianke.platform.identity.queries import build_actor
from dianke.platform.identity.template import read_template
from dianke.platform.org.models import Unit
from dianke.platform.org.queries import get_utility

pytestmark = pytest.mark.django_db

PERSON = ["--login", "wu", "--name", "吴"]
UTILITY = ["--utility-code", "YZ", "--utility-name", "云泽供电公司"]


def list_staff() -> list[Staff]:
    return list(Staff.objects.for_actor(SYSTEM).order_by("id"))


def test_of_an_empty_database_has_the_utility_the_posts_and_a_first_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = administrator.run([*PERSON, *UTILITY, "--json"])

    answer = json.loads(capsys.readouterr().out)
    [person] = list_staff()
    actor = build_actor(staff=person, on=SystemClock().now().date(), origin="web")
    utility = get_utility(actor=SYSTEM)
    assert (status, answer["login"]) == (0, "wu")
    assert StaffBackend().authenticate(None, login="wu", password=answer["password"]) == person
    assert person.must_change_password
    assert (utility.code, utility.name) == ("YZ", "云泽供电公司")
    assert actor.may("staff.manage", utility.path)
    assert Post.objects.for_actor(SYSTEM).count() == len(read_template().posts)


def test_password_is_printed_once_and_stands_nowhere_else(capsys: pytest.CaptureFixture[str]) -> None:
    administrator.run([*PERSON, *UTILITY])

    login, password = capsys.readouterr().out.splitlines()[0].split()
    [record] = UseCaseRecord.objects.for_actor(SYSTEM)
    assert login == "wu"
    assert record.use_case == "administration.first_administrator.found_administrator"
    assert password not in json.dumps(record.facts)


def test_of_a_utility_that_is_there_keeps_its_units_and_posts(company: Company) -> None:
    identity.define_post(code="ADMINISTRATOR", name="系统管理员", rights=["staff.manage"])

    administrator.run(PERSON)

    [person] = list_staff()
    assert person.unit == company.root
    assert Unit.objects.for_actor(SYSTEM).filter(parent=None).count() == 1
    assert Post.objects.for_actor(SYSTEM).get(code="ADMINISTRATOR").rights == ["staff.manage"]


def test_is_refused_while_an_administrator_can_log_in(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    company.add("zhu", "ADMINISTRATOR", company.east)

    status = main(["administrator", *PERSON])

    assert status == FAILED
    assert capsys.readouterr().err.startswith("administration.unable_to_found: ")
    assert [one.login for one in list_staff()] == ["zhu"]


def test_is_made_anew_when_the_last_one_may_no_longer_log_in(company: Company) -> None:
    identity.set_active(staff=company.add("zhu", "ADMINISTRATOR"), active=False)

    administrator.run(PERSON)

    assert [one.login for one in list_staff()] == ["zhu", "wu"]


@pytest.mark.parametrize("arguments", [[], ["--utility-code", "YZ"], ["--utility-name", "云泽供电公司"]])
def test_wants_code_and_name_of_a_utility_that_is_not_there(arguments: list[str]) -> None:
    with pytest.raises(UnableToFoundAdministrator, match="give both"):
        administrator.run([*PERSON, *arguments])

    assert list_staff() == []


def test_never_joins_another_utility(company: Company) -> None:
    with pytest.raises(UnableToFoundAdministrator, match="云泽供电公司"):
        administrator.run([*PERSON, "--utility-code", "GS", "--utility-name", "示例供电公司"])

    assert list_staff() == []


def test_is_not_made_by_a_person(company: Company) -> None:
    company.add("an", "ADMINISTRATOR")

    with pytest.raises(UnableToFoundAdministrator, match="on the pages"):
        found_administrator(
            actor=company.actor("an", on=date(2026, 2, 10)),
            login="wu",
            name="吴",
            utility_code="",
            utility_name="",
            at=SystemClock().now(),
        )

    assert [one.login for one in list_staff()] == ["an"]
