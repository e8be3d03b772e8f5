"""Pages of archive quality: counts, work list, one finding, and what other units do not see."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.factories.utility import add_clerk

from dianke.application.archive_quality import work
from dianke.application.archive_quality.run import run_rules
from dianke.domain.audits.models import QualityFinding
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity import queries as identity
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

PASSWORD = "correct horse battery"
SYSTEM = Actor.system("looking at what a test left")
NIGHT = datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)
WORKING = ("quality.view", "quality.work")

Browse = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def archive() -> Archive:
    cache.clear()
    archive = factory.build_archive()
    factory.add_account(archive)
    factory.add_account(archive, unit=archive.west)
    run_rules(actor=SYSTEM, codes=["customer_without_phone", "account_without_point"], at=NIGHT)
    return archive


@pytest.fixture
def browse(archive: Archive) -> Browse:
    """Return a function that opens the browser of a person with rights at the eastern station."""

    def open_browser(login: str, *rights: str, at: str = "east") -> Client:
        add_clerk(getattr(archive, at), login, list(rights))
        client = Client()
        client.post("/login/", {"login": login, "password": PASSWORD})
        return client

    return open_browser


def find(unit: str, rule: str = "account_without_point") -> QualityFinding:
    return QualityFinding.objects.for_actor(SYSTEM).get(unit__code=unit, rule=rule)


def test_overview_counts_the_findings_of_the_readers_units(browse: Browse) -> None:
    text = browse("YZ1", *WORKING).get("/quality/").content.decode()

    assert "有户无计量点" in text
    assert "城东供电所" in text
    assert "城西供电所" not in text


def test_list_shows_own_findings_by_due_day_and_leads_to_each(browse: Browse) -> None:
    text = browse("YZ1", *WORKING).get("/quality/findings/").content.decode()

    assert text.index(f"/quality/findings/{find('GSE').pk}/") < text.index(
        f"/quality/findings/{find('GSE', 'customer_without_phone').pk}/"
    )
    assert f"/quality/findings/{find('GSW').pk}/" not in text


def test_finding_tells_remedy_and_leads_to_where_it_is_mended(browse: Browse) -> None:
    finding = find("GSE")

    text = browse("YZ1", *WORKING, "archive.view").get(f"/quality/findings/{finding.pk}/").content.decode()

    assert "补建计量点，或办理销户。" in text
    assert f"/customers/accounts/{finding.account_number}/" in text


def test_finding_of_another_unit_is_not_there(browse: Browse) -> None:
    client = browse("YZ1", *WORKING, "quality.exempt")
    finding = find("GSW")

    answers = [client.get(f"/quality/findings/{finding.pk}/").status_code]
    client.post(f"/quality/findings/{finding.pk}/take/")
    client.post(f"/quality/findings/{finding.pk}/decide/", {"answer": "yes"})

    assert answers == [404]
    assert find("GSW").state == "OPEN"


def test_finding_is_taken_and_stands_on_the_home(browse: Browse) -> None:
    client = browse("YZ1", *WORKING)
    finding = find("GSE")

    client.post(f"/quality/findings/{finding.pk}/take/")

    assert (find("GSE").state, find("GSE").taken_by) == ("TAKEN", "YZ1")
    assert finding.subject_number in client.get("/").content.decode()


def test_exemption_is_asked_for_by_one_and_agreed_by_another(browse: Browse) -> None:
    asker, decider = browse("YZ1", *WORKING, "quality.exempt"), browse("YZ2", *WORKING, "quality.exempt")
    address = f"/quality/findings/{find('GSE').pk}/"

    asker.post(f"{address}exempt/", {"reason": "预留户头，月底立户", "until": "2026-12-31"})
    asker.post(f"{address}decide/", {"answer": "yes"})
    assert find("GSE").state == "EXEMPTION_ASKED"

    assert "预留户头" in decider.get(address).content.decode()
    decider.post(f"{address}decide/", {"answer": "yes"})
    assert (find("GSE").state, find("GSE").decided_by) == ("EXEMPT", "YZ2")


def test_exemption_without_a_day_is_asked_again(browse: Browse) -> None:
    answer = browse("YZ1", *WORKING).post(f"/quality/findings/{find('GSE').pk}/exempt/", {"reason": "预留"})

    assert answer.status_code == 422
    assert find("GSE").state == "OPEN"


@pytest.mark.parametrize("act", ["take", "release", "exempt", "decide"])
def test_reader_without_the_right_changes_nothing(act: str, browse: Browse) -> None:
    client = browse("YZ1", "quality.view")

    answer = client.post(f"/quality/findings/{find('GSE').pk}/{act}/", {"reason": "预留户头", "until": "2026-12-31"})

    assert answer.status_code == 403
    assert find("GSE").state == "OPEN"


def test_several_findings_are_exempted_for_one_reason_by_two_persons(browse: Browse) -> None:
    worker = browse("YZ1", *WORKING)
    deciding = browse("YZ2", "quality.view", "quality.exempt")
    ids = [find("GSE").pk, find("GSE", "customer_without_phone").pk]
    asked = {"row": ids, "confirmed": "1", "reason": "临时建账", "until": "2026-05-01"}

    preview = worker.post("/lists/quality.findings/bulk/exempt/", {"row": ids}).content.decode()
    open_before = [find("GSE").state, find("GSE", "customer_without_phone").state]
    worker.post("/lists/quality.findings/bulk/exempt/", asked)
    waiting = [find("GSE").state, find("GSE", "customer_without_phone").state]
    deciding.post("/lists/quality.findings/bulk/grant/", {"row": ids, "confirmed": "1", "reason": "已核"})

    finding = find("GSE")
    assert "由他人决定" in preview
    assert open_before == ["OPEN", "OPEN"]
    assert waiting == ["EXEMPTION_ASKED", "EXEMPTION_ASKED"]
    assert (finding.state, finding.asked_by, finding.decided_by, finding.reason) == (
        "EXEMPT", "YZ1", "YZ2", "临时建账",
    )  # fmt: skip
    assert find("GSE", "customer_without_phone").state == "EXEMPT"


def test_own_exemptions_are_left_to_another_person(browse: Browse) -> None:
    both = browse("YZ1", *WORKING, "quality.exempt")
    ids = [find("GSE").pk]
    both.post(
        "/lists/quality.findings/bulk/exempt/",
        {"row": ids, "confirmed": "1", "reason": "临时建账", "until": "2026-05-01"},
    )

    answer = both.post("/lists/quality.findings/bulk/grant/", {"row": ids, "confirmed": "1", "reason": "已核"})

    assert "须由他人决定" in answer.content.decode()
    assert find("GSE").state == "EXEMPTION_ASKED"
    with pytest.raises(SamePerson):
        work.grant_exemptions(
            actor=identity.get_actor(login="YZ1", on=NIGHT.date(), origin="test"), ids=ids, reason="已核", at=NIGHT
        )


def test_findings_of_another_unit_are_not_exempted(browse: Browse) -> None:
    ids = [find("GSW").pk]

    browse("YZ1", *WORKING).post(
        "/lists/quality.findings/bulk/exempt/",
        {"row": ids, "confirmed": "1", "reason": "临时建账", "until": "2026-05-01"},
    )

    assert find("GSW").state == "OPEN"


def test_exemptions_want_a_reason(browse: Browse) -> None:
    answer = browse("YZ1", *WORKING).post(
        "/lists/quality.findings/bulk/exempt/", {"row": [find("GSE").pk], "confirmed": "1", "until": "2026-05-01"}
    )

    assert answer.status_code == 422
    assert find("GSE").state == "OPEN"


def test_list_is_searched_by_account(browse: Browse) -> None:
    client = browse("YZ1", *WORKING)
    mine = find("GSE").account_number

    found = client.get("/quality/findings/", {"q": mine}).content.decode()
    nothing = client.get("/quality/findings/", {"q": find("GSW").account_number}).content.decode()

    assert f'value="{find("GSE").pk}"' in found
    assert f'value="{find("GSW").pk}"' not in nothing


def test_scores_show_the_course_and_leave_as_a_file(browse: Browse, archive: Archive) -> None:
    run_rules(actor=SYSTEM, codes=["account_without_point"], at=datetime(2026, 3, 3, 1, tzinfo=SHANGHAI))
    client = browse("YZ9", *WORKING, "archive.export")

    text = client.get("/quality/scores/").content.decode()
    assert "2026-02" in text
    assert "2026-03" in text
    assert archive.east.name in text
    assert archive.west.name not in text
    assert archive.west.name not in client.get(f"/quality/scores/?unit={archive.west.code}").content.decode()
    assert "2026-02" not in client.get("/quality/scores/?month=2026-03").content.decode().rpartition("<tbody")[2]


def test_scores_ask_for_the_right(browse: Browse) -> None:
    assert browse("YZ8", "archive.view").get("/quality/scores/").status_code == 403
