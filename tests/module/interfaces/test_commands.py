"""The commands that people of a utility run: who acts, what is printed, what is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from tests.factories import archive as factory
from tests.factories.archive import NOW, Archive
from tests.factories.utility import add_clerk

from dianke.domain.audits.models import QualityFinding, QualityPass
from dianke.domain.customers.models import Contact, Customer
from dianke.domain.customers.operations.contacts import add_contacts
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.interfaces.cli import keys as keys_command
from dianke.interfaces.cli import quality, serve
from dianke.interfaces.cli.acting import LoginRefused
from dianke.interfaces.cli.main import FAILED, main
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.crypto import keys
from dianke.platform.database import known_keys

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
PHONE = "13907214418"
RULE = "customer_without_identity"


@pytest.fixture
def key_file(tmp_path: Path) -> Iterator[Path]:
    """Use a key file of the test's own, known to the database."""
    file = tmp_path / "data-keys.json"
    keys.store_keys(file, keys.make_keys())
    with override_settings(DATA_KEYS_FILE=file):
        keys.forget_ring()
        known_keys.require_known_keys(at=NOW)
        yield file
    keys.forget_ring()


@pytest.fixture
def archive(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """Build an archive with a phone number, a keeper of keys and somebody who works on faults of the east."""
    monkeypatch.setenv("DIANKE_PASSWORD", PASSWORD)
    archive = factory.build_archive()
    add_clerk(archive.root, "keeper", ["protection.rotate_keys"])
    add_clerk(archive.east, "mender", ["quality.view", "quality.work"])
    customer = factory.add_account(archive).customer
    factory.add_account(archive, name="张三", unit=archive.west)
    contact = NewContact(
        customer_id=customer.pk, name="王", role=ContactRole.OWNER, start_date=factory.INSTALLED, phone=PHONE
    )
    add_contacts(actor=archive.actor, contacts=[contact])
    return archive


def read_json(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


class TestKeys:
    def test_status_counts_values_under_each_key(
        self, archive: Archive, key_file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status = keys_command.run(["status", "--as", "keeper", "--json"])

        answer = read_json(capsys)
        columns = {(one["table"], one["column"]): one["values"] for one in answer["columns"]}  # type: ignore[attr-defined]
        assert (status, answer["file"], answer["current"], answer["waiting"]) == (0, str(key_file), "k1", 0)
        assert columns["customers.contact", "phone"] == {"k1": 1}

    def test_turned_and_written_again_the_phone_is_the_same(
        self, archive: Archive, capsys: pytest.CaptureFixture[str]
    ) -> None:
        keys_command.run(["rotate", "--as", "keeper", "--reason", "每年轮换", "--json"])
        turned = read_json(capsys)
        keys_command.run(["reencrypt", "--as", "keeper", "--json"])
        written = read_json(capsys)
        keys_command.run(["status", "--as", "keeper"])

        records = UseCaseRecord.objects.for_actor(archive.actor).filter(right="protection.rotate_keys")
        assert (turned["current"], written["values"]) == ("k2", 1)
        assert "current key k2; keys k1, k2" in capsys.readouterr().out
        assert Contact.objects.for_actor(archive.actor).get().phone == PHONE
        assert "每年轮换" in set(records.values_list("reason", flat=True))

    def test_lookup_is_turned_only_when_the_service_is_said_to_be_stopped(
        self, archive: Archive, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = Contact.objects.for_actor(archive.actor).get().phone_hash

        with pytest.raises(SystemExit):
            keys_command.run(["rotate-lookup", "--as", "keeper"])
        unchanged = Contact.objects.for_actor(archive.actor).get().phone_hash
        keys_command.run(["rotate-lookup", "--as", "keeper", "--service-is-stopped", "--json"])

        assert unchanged == before
        # The contact and its row of history.
        assert read_json(capsys)["hashes"] == 2
        assert Contact.objects.for_actor(archive.actor).get().phone_hash != before

    @pytest.mark.parametrize("step", ["status", "rotate", "reencrypt"])
    def test_is_refused_to_others(
        self, step: str, archive: Archive, key_file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = key_file.read_text()

        status = main(["keys", step, "--as", "mender"])

        assert status == FAILED
        assert capsys.readouterr().err.startswith("permission_refused: ")
        assert key_file.read_text() == before

    def test_wants_the_right_password(self, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DIANKE_PASSWORD", "a guess")

        with pytest.raises(LoginRefused):
            keys_command.run(["rotate", "--as", "keeper"])

        assert keys.get_ring().current == "k1"


class TestQuality:
    def test_run_finds_faults_of_the_unit_and_counts_them(
        self, archive: Archive, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status = quality.run(["run", "--as", "mender", "--unit", "GSE", "--rule", RULE, "--json"])

        answer = read_json(capsys)
        assert (status, answer["found"], answer["new"], answer["closed"]) == (0, 1, 1, 0)
        assert answer["rules"] == [{"rule": RULE, "found": 1, "new": 1, "closed": 0}]
        assert [one.unit_id for one in QualityFinding.objects.for_actor(archive.actor)] == [archive.east.pk]

    def test_run_again_closes_what_is_mended(self, archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
        step = ["run", "--as", "mender", "--unit", "GSE", "--rule", RULE, "--json"]
        quality.run(step)
        Customer.objects.for_actor(archive.actor).filter(unit=archive.east).update(identity_hash=b"1" * 16)
        capsys.readouterr()

        quality.run(step)

        answer = read_json(capsys)
        assert (answer["found"], answer["new"], answer["closed"]) == (0, 0, 1)

    def test_list_names_unit_rule_and_remedy(self, archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
        quality.run(["run", "--as", "mender", "--unit", "GSE", "--rule", RULE, "--json"])
        capsys.readouterr()

        quality.run(["list", "--as", "mender", "--json"])

        [row] = read_json(capsys)["rules"]  # type: ignore[misc]
        assert (row["unit"], row["rule"], row["unsettled"], row["taken"]) == ("GSE", RULE, 1, 0)
        assert row["remedy"]

    def test_run_beyond_the_own_unit_is_refused(self, archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
        refused = [
            main(["quality", "run", "--as", "mender"]),
            main(["quality", "run", "--as", "mender", "--unit", "GSW"]),
        ]

        assert refused == [FAILED, FAILED]
        assert not QualityPass.objects.for_actor(archive.actor).exists()

    def test_run_of_an_unknown_rule_is_refused(self, archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["quality", "run", "--as", "mender", "--unit", "GSE", "--rule", "no_such_rule"]) == FAILED

        assert capsys.readouterr().err.startswith("audits.no_such_rule: ")


class TestServe:
    def test_without_its_key_file_does_not_start(self, archive: Archive, key_file: Path) -> None:
        key_file.unlink()
        keys.forget_ring()

        with pytest.raises(keys.KeysNotUsable, match="is missing"):
            serve.serve(host="127.0.0.1", port=1, workers=1, with_worker=False)

    def test_with_the_key_file_of_another_database_does_not_start(self, archive: Archive, key_file: Path) -> None:
        keys.store_keys(key_file, keys.make_keys())
        keys.forget_ring()

        with pytest.raises(keys.KeysNotUsable, match="k1"):
            serve.serve(host="127.0.0.1", port=1, workers=1, with_worker=False)
