"""Findings come, stay, and close themselves when the fault is gone; people decide in between."""

from datetime import date, datetime, timedelta

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.application.archive_quality import run, work
from dianke.domain.audits.models import QualityCount, QualityFinding, QualityPass
from dianke.domain.audits.operations.findings import ExemptionReasonMissing, FindingNotChangeable
from dianke.domain.audits.queries import findings
from dianke.domain.audits.queries.findings import FindingNotFound
from dianke.domain.customers.models import Customer
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor, Grant
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import UnitOutOfReach

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 2, 3, 1, tzinfo=SHANGHAI)
NEXT_NIGHT = NIGHT + timedelta(days=1)
NOBODY = Actor.system("looking at what a test left")
RULE = "customer_without_identity"
ALL = ("quality.view", "quality.work", "quality.exempt")


@pytest.fixture
def archive() -> Archive:
    """Return an archive with two customers in the east and one in the west, none with an identity number."""
    archive = factory.build_archive()
    factory.add_account(archive)
    factory.add_account(archive, name="李明")
    factory.add_account(archive, name="张三", unit=archive.west)
    return archive


def person(unit: Unit, login: str, *rights: str) -> Actor:
    grants = frozenset(Grant(right, unit.path) for right in rights)
    return Actor(login=login, name=login, grants=grants, unit_path=unit.path)


def search(actor: Actor = NOBODY, *, unit: str = "", at: datetime = NIGHT) -> tuple[int, int, int]:
    row, _outcomes = run.run_rules(actor=actor, unit_code=unit, codes=[RULE], at=at)
    return row.found, row.new, row.closed


def all_findings() -> list[QualityFinding]:
    return list(QualityFinding.objects.for_actor(NOBODY).order_by("id"))


def identify(finding: QualityFinding) -> None:
    Customer.objects.for_actor(NOBODY).filter(pk=finding.subject_key).update(identity_hash=b"1" * 16)


class TestPass:
    def test_enters_each_fault_once(self, archive: Archive):
        assert search() == (3, 3, 0)
        assert search(at=NEXT_NIGHT) == (3, 0, 0)

        finding = all_findings()[0]
        assert (finding.rule, finding.severity, finding.state) == (RULE, "MEDIUM", "OPEN")
        assert (finding.first_seen_at, finding.last_seen_at) == (NIGHT, NEXT_NIGHT)
        assert finding.due_date == date(2026, 5, 4)
        assert finding.unit_id == archive.east.pk
        assert finding.account_number

    def test_closes_what_is_gone_and_opens_it_anew_when_it_comes_back(self, archive: Archive):
        search()
        first = all_findings()[0]
        identify(first)

        assert search(at=NEXT_NIGHT) == (2, 0, 1)

        first.refresh_from_db(from_queryset=QualityFinding.objects.for_actor(NOBODY))
        assert (first.state, first.resolved_at) == ("DONE", NEXT_NIGHT)

        Customer.objects.for_actor(NOBODY).filter(pk=first.subject_key).update(identity_hash=None)

        assert search(at=NEXT_NIGHT + timedelta(days=1)) == (3, 1, 0)

    def test_of_one_unit_leaves_the_others_alone(self, archive: Archive):
        search()
        for finding in all_findings():
            identify(finding)

        assert search(unit="GSW", at=NEXT_NIGHT) == (0, 0, 1)
        assert [row.unit_id for row in all_findings() if row.state == "OPEN"] == [archive.east.pk] * 2

    def test_by_hand_needs_the_right_at_the_unit(self, archive: Archive):
        with pytest.raises(UnitOutOfReach):
            search(person(archive.east, "li", *ALL), unit="GSW")
        with pytest.raises(UnitOutOfReach):
            search(person(archive.east, "li", *ALL))
        with pytest.raises(PermissionRefused):
            search(person(archive.east, "li", "quality.view"), unit="GSE")

        assert all_findings() == []
        assert not QualityPass.objects.for_actor(NOBODY).exists()

    def test_keeps_the_trend_of_the_day(self, archive: Archive):
        search()
        search(at=NIGHT + timedelta(hours=3))

        rows = QualityCount.objects.for_actor(NOBODY).order_by("unit__code")
        assert list(rows.values_list("unit__code", "unsettled")) == [("GSE", 2), ("GSW", 1)]
        assert findings.sum_days(actor=NOBODY, until=NIGHT.date(), days=30) == {NIGHT.date(): 3}

    def test_goes_through_every_rule(self, archive: Archive):
        row, outcomes = run.run_rules(actor=NOBODY, at=NIGHT)

        assert row.found == sum(outcome.found for outcome in outcomes) > 3
        assert len(outcomes) == len({outcome.rule for outcome in outcomes}) == 29


class TestWork:
    def test_is_taken_and_given_back(self, archive: Archive):
        search()
        li = person(archive.east, "li", *ALL)
        ids = [row.pk for row in all_findings()]

        assert work.take_findings(actor=li, ids=ids, at=NIGHT) == 2
        assert [row.taken_by for row in all_findings()] == ["li", "li", ""]
        assert work.take_findings(actor=person(archive.root, "wang", *ALL), ids=ids, at=NIGHT) == 1
        assert work.release_findings(actor=li, ids=ids) == 2
        assert [row.state for row in all_findings()] == ["OPEN", "OPEN", "TAKEN"]

    def test_is_left_alone_by_the_next_pass(self, archive: Archive):
        search()
        work.take_findings(actor=person(archive.east, "li", *ALL), ids=[all_findings()[0].pk], at=NIGHT)
        search(at=NEXT_NIGHT)

        assert (all_findings()[0].state, all_findings()[0].taken_by) == ("TAKEN", "li")

    def test_exemption_is_agreed_by_another_person(self, archive: Archive):
        search()
        finding = all_findings()[0]
        li, wang = (person(archive.east, login, *ALL) for login in ("li", "wang"))
        until = date(2026, 6, 1)
        work.ask_exemption(actor=li, finding_id=finding.pk, reason="五保老人无证件", until=until, at=NIGHT)

        with pytest.raises(SamePerson):
            work.decide_exemption(actor=li, finding_id=finding.pk, is_granted=True, at=NIGHT)
        work.decide_exemption(actor=wang, finding_id=finding.pk, is_granted=True, at=NIGHT)

        decided = all_findings()[0]
        assert (decided.state, decided.decided_by, decided.exempt_until_date) == ("EXEMPT", "wang", until)
        assert [row["n"] for row in findings.count_by_unit_and_rule(actor=li)] == [1]

    def test_exemption_ends_with_its_day(self, archive: Archive):
        search()
        finding = all_findings()[0]
        li, wang = (person(archive.east, login, *ALL) for login in ("li", "wang"))
        work.ask_exemption(actor=li, finding_id=finding.pk, reason="暂缓", until=date(2026, 2, 10), at=NIGHT)
        work.decide_exemption(actor=wang, finding_id=finding.pk, is_granted=True, at=NIGHT)

        search(at=datetime(2026, 2, 10, 1, tzinfo=SHANGHAI))
        assert all_findings()[0].state == "EXEMPT"
        search(at=datetime(2026, 2, 11, 1, tzinfo=SHANGHAI))
        assert all_findings()[0].state == "OPEN"

    def test_exemption_lasts_a_year_at_most(self, archive: Archive):
        search()
        li = person(archive.east, "li", *ALL)

        work.ask_exemption(actor=li, finding_id=all_findings()[0].pk, reason="长期", until=date(2099, 1, 1), at=NIGHT)

        assert all_findings()[0].exempt_until_date == date(2027, 2, 4)

    def test_refused_exemption_goes_back_to_whoever_had_it(self, archive: Archive):
        search()
        finding = all_findings()[0]
        li, wang = (person(archive.east, login, *ALL) for login in ("li", "wang"))
        work.take_findings(actor=li, ids=[finding.pk], at=NIGHT)
        work.ask_exemption(actor=li, finding_id=finding.pk, reason="暂缓", until=date(2026, 6, 1), at=NIGHT)
        work.decide_exemption(actor=wang, finding_id=finding.pk, is_granted=False, reason="请补录", at=NIGHT)

        back = all_findings()[0]
        assert (back.state, back.taken_by, back.reason) == ("TAKEN", "li", "请补录")
        assert back.exempt_until_date is None

    def test_exemption_wants_a_reason_a_right_and_an_own_finding(self, archive: Archive):
        search()
        finding = all_findings()[2]
        east, west = person(archive.east, "li", *ALL), person(archive.west, "zhao", *ALL)
        facts = {"finding_id": finding.pk, "until": date(2026, 6, 1), "at": NIGHT}

        with pytest.raises(FindingNotFound):
            work.ask_exemption(actor=east, reason="暂缓", **facts)
        with pytest.raises(ExemptionReasonMissing):
            work.ask_exemption(actor=west, reason=" ", **facts)
        with pytest.raises(FindingNotChangeable):
            work.decide_exemption(actor=west, finding_id=finding.pk, is_granted=True, at=NIGHT)
        with pytest.raises(PermissionRefused):
            work.ask_exemption(actor=person(archive.west, "qian", "quality.view"), reason="暂缓", **facts)

        assert all_findings()[2].state == "OPEN"
