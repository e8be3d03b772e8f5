"""Pages of archive quality: counts, work list, one finding, and what other units do not see."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.factories.utility import add_clerk

from dianke.application.archive_quality.run import run_rules
from dianke.domain.audits.models import QualityFinding
from dianke.kernel.clock import SHANGHAI
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
