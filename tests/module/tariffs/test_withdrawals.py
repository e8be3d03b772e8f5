"""A sheet typed into a workbook is proposed like any other; what is approved is withdrawn only before its first day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.factories.workbooks import PRICE_ROWS, write_workbook
from tests.module.tariffs.proposing import FEBRUARY, MARCH, NOW, approve, find_price, list_states, propose

from dianke.application import tariffs
from dianke.application.tariffs.workbooks import UnreadableWorkbook
from dianke.domain.tariffs import operations, queries
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.audit.models import ChangeAlarm, UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor, Grant

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def add_right(actor: Actor, right: str) -> Actor:
    """Return the actor with one more right where they hold theirs."""
    (path,) = {grant.unit_path for grant in actor.grants}
    return replace(actor, grants=actor.grants | {Grant(right, path)})


class TestProposeWorkbook:
    def test_prices_after_its_approval_as_a_typed_sheet_does(self, people, actor):
        report = tariffs.propose_file(
            actor=people.proposer, name="二月.XLSX", data=write_workbook(), reason="notice of February", at=NOW
        )
        waiting = queries.list_proposals(actor=actor)

        approve(people, TariffVersion.objects.for_actor(actor).get(sheet_id="HB-CI-2026-02"))

        assert [item.item for item in report.loaded] == ["HB-CI HB-CI-2026-02"]
        assert [(one.sheet_id, one.file_name, one.proposed_by) for one in waiting] == [
            ("HB-CI-2026-02", "二月.XLSX", "lin")
        ]
        assert find_price(actor, date(2026, 2, 1)) == Decimal("0.735686")

    def test_stores_nothing_of_a_workbook_with_a_fault_and_names_the_cell(self, people, actor):
        first, second = PRICE_ROWS
        data = write_workbook(prices=[first, {**second, "平段": 65.1886}])

        report = tariffs.propose_file(actor=people.proposer, name="new.xlsx", data=data, reason="notice", at=NOW)

        assert report.loaded == ()
        assert [(fault.path, fault.value, fault.code) for fault in report.refused] == [
            ("价格!G3", "65.1886", "tariffs.price_out_of_range")
        ]
        assert queries.list_proposals(actor=actor) == []

    def test_refuses_what_is_no_workbook(self, people, actor):
        with pytest.raises(UnreadableWorkbook):
            tariffs.propose_file(
                actor=people.proposer, name="new.xlsx", data=FEBRUARY.encode(), reason="notice", at=NOW
            )

        assert queries.list_proposals(actor=actor) == []


class TestWithdrawVersion:
    def test_lets_the_version_before_go_on_and_raises_an_alarm(self, people, actor):
        approve(people, propose(people))
        march = approve(people, propose(people, MARCH))

        tariffs.withdraw_version(actor=people.remover, version_id=march.pk, on=NOW.date(), reason="notice recalled")

        record = UseCaseRecord.objects.for_actor(actor).order_by("id").last()
        alarms = ChangeAlarm.objects.for_actor(actor).filter(actor_login="wei", kind="PRICE")
        assert list_states(actor)[:2] == [("HB-CI-2026-03", "WITHDRAWN"), ("HB-CI-2026-02", "ACTIVE")]
        assert find_price(actor, date(2026, 3, 5)) == Decimal("0.7")
        assert (record.use_case, record.actor_login, record.reason) == (
            "tariffs.withdraw_version.withdraw_version", "wei", "notice recalled",
        )  # fmt: skip
        assert march.pk in set(alarms.values_list("key", flat=True))

    def test_refuses_who_approved_it(self, people, actor):
        version = approve(people, propose(people))
        approver = add_right(people.approver, "tariffs.withdraw_version")

        with pytest.raises(SamePerson):
            tariffs.withdraw_version(actor=approver, version_id=version.pk, on=NOW.date(), reason="changed my mind")

        assert find_price(actor, date(2026, 2, 1)) == Decimal("0.7")

    @pytest.mark.parametrize(
        ("on", "reason", "words"),
        [
            (date(2026, 2, 1), "late", "in force since 2026-02-01"),
            (date(2026, 1, 31), " ", "a withdrawal says why"),
        ],
    )
    def test_refuses_on_the_first_day_and_without_a_reason(self, on, reason, words, people, actor):
        version = approve(people, propose(people))

        with pytest.raises(operations.UnableToWithdrawVersion, match=words):
            tariffs.withdraw_version(actor=people.remover, version_id=version.pk, on=on, reason=reason)

        assert list_states(actor)[0] == ("HB-CI-2026-02", "ACTIVE")

    def test_refuses_a_proposal_and_a_version_withdrawn_already(self, people):
        version = propose(people)

        with pytest.raises(operations.UnableToWithdrawVersion, match="never approved"):
            tariffs.withdraw_version(actor=people.remover, version_id=version.pk, on=NOW.date(), reason="wrong")
        approve(people, version)
        tariffs.withdraw_version(actor=people.remover, version_id=version.pk, on=NOW.date(), reason="wrong")
        with pytest.raises(operations.UnableToWithdrawVersion, match="withdrawn already"):
            tariffs.withdraw_version(actor=people.remover, version_id=version.pk, on=NOW.date(), reason="wrong")

    def test_wants_the_right(self, people, actor):
        version = approve(people, propose(people))

        with pytest.raises(PermissionRefused):
            tariffs.withdraw_version(actor=people.proposer, version_id=version.pk, on=NOW.date(), reason="wrong")

        assert list_states(actor)[0] == ("HB-CI-2026-02", "ACTIVE")
