"""A contract from draft to file: two persons, both parties, one in force at a time, and words that stay."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from tests.factories.archive import Archive, actor_of, add_account, add_point, build_archive

from dianke.application import contracts
from dianke.application.contracts.signing import SimulatedSignerOff
from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.operations import ContractNotWritten, VersionOutOfState
from dianke.domain.contracts.queries import ContractUnknown
from dianke.domain.contracts.rules.templates import ContractIncomplete, TemplateUnreadable, list_house_templates
from dianke.domain.contracts.types import ContractKind, Party, VersionState
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.documents.operations import find_path
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)
START = date(2026, 2, 1)
GIVEN = {"ownership_point": "表后开关出线端", "payment_days": "10", "price": "一般工商业"}
PAPER = b"%PDF-1.4 a signed copy"


class World:
    """An account of the east and the people who work on its contract."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.account = add_point(archive, account=add_account(archive, name="示例机械厂")).account
        self.drafter = self.person("drafter", "contracts.draft", "contracts.view", "archive.view")
        self.approver = self.person("approver", "contracts.approve", "contracts.view")
        self.filer = self.person("filer", "contracts.file", "contracts.view")

    def person(self, login: str, *rights: str) -> Actor:
        found = actor_of(self.archive.root, *rights)
        return Actor(login=login, name=login, grants=found.grants, unit_path=found.unit_path)

    def draft(self, *, start: date = START, **given: str) -> ContractVersion:
        return contracts.draft_contract(
            actor=self.drafter, account_number=self.account.number, kind=ContractKind.LOW_VOLTAGE, start=start,
            given={**GIVEN, **given}, at=AT,
        )  # fmt: skip

    def approved(self, version: ContractVersion) -> ContractVersion:
        contracts.propose_contract(actor=self.drafter, key=version.pk, at=AT)
        return contracts.approve_contract(actor=self.approver, key=version.pk, at=AT)

    def signed(self, version: ContractVersion) -> ContractVersion:
        for party in Party:
            self.sign(version, party)
        return self.read(version)

    def sign(self, version: ContractVersion, party: Party) -> None:
        contracts.sign_on_paper(
            actor=self.filer, key=version.pk, party=party, signer="张三", file_name="a.pdf", content=PAPER, at=AT
        )

    def read(self, version: ContractVersion) -> ContractVersion:
        return queries.get_version(actor=self.archive.actor, key=version.pk)

    def in_force(self, on: date) -> list[int]:
        found = queries.in_force(actor=self.archive.actor, account_id=self.account.pk, on=on)
        return [one.number for one in found]


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.DATA_DIR = tmp_path
    return World(build_archive())


def test_from_draft_to_file(world: World) -> None:
    version = world.signed(world.approved(world.draft()))

    filed = contracts.file_contract(actor=world.filer, key=version.pk, place="A-12", at=AT)

    assert filed.state == VersionState.FILED.value
    assert version.parameters["voltage"] == "220V"
    assert version.parameters["customer"] == "示例机械厂"
    assert (version.period.lower, version.period.upper) == (START, date(2031, 2, 1))
    assert world.in_force(START) == [1]
    assert world.in_force(START - timedelta(days=1)) == world.in_force(date(2031, 2, 1)) == []


def test_paper_of_a_version_is_equal_every_time(world: World) -> None:
    version = world.approved(world.draft())

    first = contracts.write_contract(actor=world.drafter, key=version.pk)

    assert first.startswith(b"%PDF-")
    assert contracts.write_contract(actor=world.drafter, key=version.pk) == first


def test_who_drafted_or_proposed_never_approves(world: World) -> None:
    both = world.person("drafter", "contracts.draft", "contracts.approve")
    version = world.draft()
    contracts.propose_contract(actor=world.drafter, key=version.pk, at=AT)

    with pytest.raises(SamePerson):
        contracts.approve_contract(actor=both, key=version.pk, at=AT)
    with pytest.raises(PermissionRefused):
        contracts.approve_contract(actor=world.drafter, key=version.pk, at=AT)

    assert world.read(version).state == VersionState.PROPOSED.value


def test_what_is_refused_is_mended_and_proposed_again(world: World) -> None:
    version = world.draft()
    contracts.propose_contract(actor=world.drafter, key=version.pk, at=AT)
    contracts.refuse_contract(actor=world.approver, key=version.pk, at=AT, reason="分界点不清")

    contracts.change_contract(
        actor=world.drafter, key=version.pk, start=START, given={"ownership_point": "电能表出线端"}, at=AT
    )

    found = world.approved(version)
    assert found.state == VersionState.APPROVED.value
    assert found.parameters["ownership_point"] == "电能表出线端"


def test_a_draft_with_gaps_is_not_proposed(world: World) -> None:
    version = world.draft(payment_days="")

    with pytest.raises(ContractIncomplete, match="payment_days"):
        contracts.propose_contract(actor=world.drafter, key=version.pk, at=AT)

    assert world.read(version).state == VersionState.DRAFT.value


def test_nobody_changes_what_was_approved(world: World) -> None:
    version = world.approved(world.draft())

    with pytest.raises(VersionOutOfState):
        contracts.change_contract(actor=world.drafter, key=version.pk, start=START, given={}, at=AT)
    rows = ContractVersion.objects.for_actor(world.archive.actor).filter(pk=version.pk)
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        rows.update(clauses=[])

    assert world.read(version).clauses == version.clauses


def test_each_party_signs_once_and_nothing_holds_before_both(world: World) -> None:
    version = world.approved(world.draft())
    world.sign(version, Party.CUSTOMER)

    with pytest.raises(VersionOutOfState):
        world.sign(version, Party.CUSTOMER)
    with pytest.raises(VersionOutOfState):
        contracts.file_contract(actor=world.filer, key=version.pk, place="A-12", at=AT)

    assert world.in_force(START) == []
    assert len(queries.list_signatures(actor=world.archive.actor, version=version)) == 1


def test_signature_by_key_is_proved_and_a_changed_file_is_seen(world: World, tmp_path: Path, settings: Any) -> None:
    with pytest.raises(SimulatedSignerOff):
        contracts.SimulatedSigner(tmp_path / "keys")
    settings.SIMULATED_SIGNER = True
    version = world.approved(world.draft())
    service = contracts.SimulatedSigner(tmp_path / "keys")
    for party in Party:
        contracts.sign_with_key(actor=world.filer, key=version.pk, party=party, signer="李四", service=service, at=AT)
    rows = queries.list_signatures(actor=world.archive.actor, version=version)

    assert contracts.prove_signatures(actor=world.filer, key=version.pk) == {one.pk: True for one in rows}
    find_path(rows[0].file_hash).write_bytes(b"%PDF-1.4 another contract")
    assert contracts.prove_signatures(actor=world.filer, key=version.pk) == {one.pk: False for one in rows}


def test_the_next_version_ends_the_one_before(world: World) -> None:
    first = world.signed(world.approved(world.draft()))
    later = date(2026, 6, 1)
    with pytest.raises(ContractNotWritten):
        world.draft(start=START)

    world.signed(world.approved(world.draft(start=later)))

    assert world.in_force(later - timedelta(days=1)) == [1]
    assert world.in_force(later) == [2]
    assert world.read(first).period.upper == later


def test_one_version_is_under_way_at_a_time(world: World) -> None:
    version = world.draft()
    with pytest.raises(ContractNotWritten):
        world.draft()

    contracts.withdraw_contract(actor=world.drafter, key=version.pk, at=AT)

    assert world.draft().number == 2


def test_what_ends_soon_is_pointed_out_until_it_is_renewed(world: World) -> None:
    version = world.signed(world.approved(world.draft()))
    near, early = date(2030, 12, 3), date(2030, 12, 2)
    actor = world.archive.actor

    assert [one.pk for one in queries.list_ending(actor=actor, on=near)] == [version.pk]
    assert queries.list_ending(actor=actor, on=early) == []

    renewal = contracts.renew_contract(actor=world.drafter, key=version.pk, at=AT)
    world.signed(world.approved(renewal))
    assert renewal.period.lower == version.period.upper
    assert queries.list_ending(actor=actor, on=near) == []


def test_a_contract_ends_ahead_of_its_term_for_a_reason(world: World) -> None:
    version = world.signed(world.approved(world.draft()))
    with pytest.raises(ContractNotWritten):
        contracts.end_contract(actor=world.approver, key=version.pk, on=date(2026, 5, 1), reason=" ")

    contracts.end_contract(actor=world.approver, key=version.pk, on=date(2026, 5, 1), reason="销户")

    assert world.in_force(date(2026, 4, 30)) == [1]
    assert world.in_force(date(2026, 5, 1)) == []


def test_contracts_of_other_units_are_not_there(world: World) -> None:
    version = world.draft()
    west = actor_of(world.archive.west, "contracts.view", "contracts.draft")

    with pytest.raises(ContractUnknown):
        contracts.write_contract(actor=west, key=version.pk)
    with pytest.raises(ContractUnknown):
        contracts.withdraw_contract(actor=west, key=version.pk, at=AT)

    assert world.read(version).state == VersionState.DRAFT.value


def test_a_template_of_the_utility_holds_from_its_day_once_another_person_approved(world: World) -> None:
    content = next(one for one in list_house_templates() if one.kind == ContractKind.LOW_VOLTAGE).as_content()
    content |= {"valid_from": "2026-03-01", "title": "本公司低压合同"}
    proposer = world.person("one", "contracts.propose_templates", "contracts.approve_templates")
    approver = world.person("two", "contracts.approve_templates")
    row = contracts.propose_template(actor=proposer, content=content, note="", at=AT)
    with pytest.raises(SamePerson):
        contracts.approve_template(actor=proposer, key=row.pk, at=AT)
    with pytest.raises(TemplateUnreadable):
        contracts.propose_template(actor=proposer, content=content, note="", at=AT)

    contracts.approve_template(actor=approver, key=row.pk, at=AT)

    assert world.draft(start=date(2026, 2, 28)).title == "低压供用电合同"
    kind, actor = ContractKind.LOW_VOLTAGE, world.archive.actor
    assert queries.find_template(actor=actor, kind=kind, on=date(2026, 3, 1)).title == "本公司低压合同"


def test_a_draft_is_held_against_the_template_that_it_was_made_of(world: World) -> None:
    version = world.draft(start=date(2026, 3, 5))
    content = next(one for one in list_house_templates() if one.kind == ContractKind.LOW_VOLTAGE).as_content()
    required = [*content["required"], "dispatch_name"]
    content = {**content, "valid_from": "2026-03-01", "required": required}
    proposer = world.person("one", "contracts.propose_templates")
    approver = world.person("two", "contracts.approve_templates")
    row = contracts.propose_template(actor=proposer, content=content, note="", at=AT)
    contracts.approve_template(actor=approver, key=row.pk, at=AT)

    assert world.approved(version).state == VersionState.APPROVED.value

    world.signed(version)
    renewed = contracts.renew_contract(actor=world.drafter, key=version.pk, at=AT)
    with pytest.raises(ContractIncomplete, match="dispatch_name"):
        contracts.propose_contract(actor=world.drafter, key=renewed.pk, at=AT)
