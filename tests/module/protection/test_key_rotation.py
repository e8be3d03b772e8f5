"""Keys change while the data stay readable and findable, and the history is left as it is."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import override_settings
from tests.factories import archive as factory
from tests.factories.archive import NOW, Archive

from dianke.application.protection import hashes, key_rotation, registry
from dianke.domain.customers.models import Contact
from dianke.domain.customers.queries.hashes import hash_phone
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.crypto import keys, rotation
from dianke.platform.database import known_keys
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

PHONES = [f"1390721{number:04d}" for number in range(5)]
NOBODY = Actor.system("looking at what a test left")


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
def archive(key_file: Path) -> Archive:
    return factory.build_archive()


@pytest.fixture
def keeper(archive: Archive) -> Actor:
    customer = factory.add_account(archive).customer
    for phone in PHONES:
        facts = {"phone": phone, "phone_hash": hash_phone(phone), "period": DateRange(date(2025, 1, 1), None)}
        Contact(customer=customer, name="王", role="OWNER", **facts).save()
    return factory.actor_of(archive.root, "protection.rotate_keys")


def rotate(keeper: Actor) -> str:
    return key_rotation.rotate_data_key(actor=keeper, reason="每年轮换", at=NOW)


def count_phones(keeper: Actor, *, history: bool) -> dict[str, int]:
    label = "customers.contactscopedevent" if history else "customers.contact"
    columns = key_rotation.get_status(actor=keeper).columns
    return next(one.counts for one in columns if (one.label, one.column) == (label, "phone"))


def read_phones() -> list[str]:
    return list(Contact.objects.for_actor(NOBODY).order_by("phone_hash").values_list("phone", flat=True))


class TestRotatingADataKey:
    def test_lets_new_values_lie_under_the_new_key(self, archive: Archive, keeper: Actor):
        assert rotate(keeper) == "k2"

        customer = factory.add_account(archive, name="李明").customer
        Contact(customer=customer, name="李", role="OWNER", phone="13812345678", period=DateRange(None, None)).save()

        assert count_phones(keeper, history=False) == {"k1": 5, "k2": 1}
        assert key_rotation.get_status(actor=keeper).waiting == 5
        assert sorted(read_phones()) == sorted([*PHONES, "13812345678"])

    def test_is_written_into_the_trail(self, keeper: Actor):
        rotate(keeper)

        record = UseCaseRecord.objects.for_actor(NOBODY).get()
        assert (record.use_case, record.reason) == ("protection.key_rotation.rotate_data_key", "每年轮换")

    def test_without_the_right_changes_nothing(self, archive: Archive, keeper: Actor, key_file: Path):
        stranger = factory.actor_of(archive.root, "archive.edit")
        before = key_file.read_bytes()

        with pytest.raises(PermissionRefused):
            rotate(stranger)
        with pytest.raises(PermissionRefused):
            key_rotation.reencrypt_values(actor=stranger, reason="x")
        with pytest.raises(PermissionRefused):
            key_rotation.rotate_lookup_key(actor=stranger, reason="x", at=NOW)

        assert key_file.read_bytes() == before


class TestReencrypting:
    def test_moves_the_values_and_leaves_the_history(self, keeper: Actor):
        rotate(keeper)

        written = key_rotation.reencrypt_values(actor=keeper, reason="每年轮换")

        assert written == 5
        assert count_phones(keeper, history=False) == {"k2": 5}
        assert count_phones(keeper, history=True) == {"k1": 5}
        assert key_rotation.get_status(actor=keeper).waiting == 0
        assert sorted(read_phones()) == PHONES

    def test_goes_on_where_it_was_interrupted(self, keeper: Actor):
        rotate(keeper)
        passes = rotation.reencrypt(model=Contact, column="phone", purpose="phone", batch=2)
        next(passes)

        assert count_phones(keeper, history=False) == {"k1": 3, "k2": 2}
        assert key_rotation.reencrypt_values(actor=keeper, reason="每年轮换") == 3

    def test_again_finds_nothing_to_do(self, keeper: Actor):
        rotate(keeper)
        key_rotation.reencrypt_values(actor=keeper, reason="每年轮换")

        assert key_rotation.reencrypt_values(actor=keeper, reason="再一次") == 0


class TestRotatingTheLookupKey:
    def test_keeps_values_findable(self, keeper: Actor):
        before = hash_phone(PHONES[2])

        made = key_rotation.rotate_lookup_key(actor=keeper, reason="每年轮换", at=NOW)

        assert made == 10  # the hash and the hash of the mask of each
        assert hash_phone(PHONES[2]) != before
        assert Contact.objects.for_actor(NOBODY).get(phone_hash=hash_phone(PHONES[2])).phone == PHONES[2]

    def test_leaves_a_file_that_the_service_starts_with(self, keeper: Actor, key_file: Path):
        key_rotation.rotate_lookup_key(actor=keeper, reason="每年轮换", at=NOW)

        keys.forget_ring()
        known_keys.require_known_keys(at=NOW)
        assert [file.name for file in key_file.parent.iterdir()] == [key_file.name]

    def test_that_fails_changes_neither_hashes_nor_file(
        self, keeper: Actor, key_file: Path, monkeypatch: pytest.MonkeyPatch
    ):
        before = hash_phone(PHONES[2])
        monkeypatch.setattr(known_keys, "replace_lookup_mark", fail)

        with pytest.raises(OSError, match="disk"):
            key_rotation.rotate_lookup_key(actor=keeper, reason="每年轮换", at=NOW)

        assert hash_phone(PHONES[2]) == before
        assert Contact.objects.for_actor(NOBODY).filter(phone_hash=before).exists()
        assert [file.name for file in key_file.parent.iterdir()] == [key_file.name]


def fail(**_: object) -> None:
    raise OSError("disk full")


def test_every_hash_is_in_the_list_that_rotation_goes_through() -> None:
    listed = {(one.model._meta.label_lower, one.column) for one in hashes.HASH_COLUMNS}

    assert listed == registry.list_hash_columns()


def test_no_alarm_and_no_history_comes_of_a_rotation(keeper: Actor) -> None:
    rotate(keeper)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from customers_contactscopedevent")
        before = cursor.fetchone()

    key_rotation.reencrypt_values(actor=keeper, reason="每年轮换")
    key_rotation.rotate_lookup_key(actor=keeper, reason="每年轮换", at=NOW)

    with connection.cursor() as cursor:
        cursor.execute("select count(*) from customers_contactscopedevent")
        assert cursor.fetchone() == before
