"""The service refuses a key file that is not the one its database was written with."""

import dataclasses
from datetime import datetime

import pytest

from dianke.kernel.clock import SHANGHAI
from dianke.platform.crypto import keys
from dianke.platform.database import known_keys
from dianke.platform.database.models import KnownKey
from dianke.platform.identity.types import Actor

NOON = datetime(2026, 2, 3, 12, tzinfo=SHANGHAI)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> keys.KeyRing:
    made = keys.make_keys()
    use(monkeypatch, made)
    known_keys.require_known_keys(at=NOON)
    return made


def use(monkeypatch: pytest.MonkeyPatch, ring: keys.KeyRing) -> None:
    monkeypatch.setattr(known_keys, "get_ring", lambda: ring)


def list_known() -> list[str]:
    known = KnownKey.objects.for_actor(Actor.system("test"))
    return list(known.order_by("key_id").values_list("key_id", flat=True))


def test_remembers_the_keys_of_the_first_start(ring: keys.KeyRing) -> None:
    assert list_known() == ["k1", "lookup"]


def test_a_key_that_joins_is_remembered(ring: keys.KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, dataclasses.replace(ring, current="k2", data={**ring.data, "k2": b"2" * keys.KEY_BYTES}))

    known_keys.require_known_keys(at=NOON)

    assert list_known() == ["k1", "k2", "lookup"]


def test_a_ring_without_a_known_key_is_refused(ring: keys.KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, dataclasses.replace(ring, current="k9", data={"k9": b"9" * keys.KEY_BYTES}))

    with pytest.raises(keys.KeysNotUsable, match="lacks the key k1"):
        known_keys.require_known_keys(at=NOON)

    assert list_known() == ["k1", "lookup"]


def test_another_key_of_the_same_name_is_refused(ring: keys.KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, dataclasses.replace(ring, lookup=b"0" * keys.KEY_BYTES))

    with pytest.raises(keys.KeysNotUsable, match="lookup"):
        known_keys.require_known_keys(at=NOON)


def test_a_turned_lookup_key_is_remembered_anew(ring: keys.KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, dataclasses.replace(ring, lookup=b"0" * keys.KEY_BYTES))

    known_keys.replace_lookup_mark(at=NOON)

    assert list_known() == ["k1", "lookup"]
