"""Personal data comes back whole only with its own key, for its own column, unchanged."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from dianke.platform.crypto import cipher
from dianke.platform.crypto.cipher import CiphertextNotReadable
from dianke.platform.crypto.keys import (
    KeyRing,
    KeysNotUsable,
    add_data_key,
    forget_ring,
    get_ring,
    make_keys,
    read_keys,
    replace_lookup_key,
    store_keys,
    use_ring,
    write_keys,
)

PHONE = "13907214418"


@pytest.fixture
def key_file(tmp_path: Path) -> Iterator[Path]:
    """Use the keys of a file for a test."""
    file = write(tmp_path / "keys.json", make_keys())
    with override_settings(DATA_KEYS_FILE=file):
        forget_ring()
        yield file
    forget_ring()


def write(file: Path, ring: KeyRing) -> Path:
    """Write a ring as the service wants it."""
    file.write_text(write_keys(ring), "utf-8")
    file.chmod(0o600)
    return file


class TestCipher:
    def test_gives_back_what_was_encrypted(self, key_file: Path):
        value = cipher.encrypt("鄂 A12345", purpose="identity_number")

        assert cipher.decrypt(value, purpose="identity_number") == "鄂 A12345"
        assert b"A12345" not in value

    def test_writes_the_same_text_differently_each_time(self, key_file: Path):
        assert cipher.encrypt(PHONE, purpose="phone") != cipher.encrypt(PHONE, purpose="phone")

    def test_names_the_key_it_wrote_under(self, key_file: Path):
        assert cipher.read_key_id(cipher.encrypt(PHONE, purpose="phone")) == "k1"

    def test_refuses_a_value_from_another_column(self, key_file: Path):
        value = cipher.encrypt(PHONE, purpose="phone")

        with pytest.raises(CiphertextNotReadable):
            cipher.decrypt(value, purpose="identity_number")

    @pytest.mark.parametrize("place", [4, 10, -1])
    def test_refuses_a_value_with_one_bit_changed(self, key_file: Path, place: int):
        value = bytearray(cipher.encrypt(PHONE, purpose="phone"))
        value[place] ^= 1

        with pytest.raises(CiphertextNotReadable):
            cipher.decrypt(bytes(value), purpose="phone")

    @pytest.mark.parametrize("length", range(1, 33))
    def test_refuses_a_value_that_was_cut(self, key_file: Path, length: int):
        value = cipher.encrypt("", purpose="phone")

        with pytest.raises((CiphertextNotReadable, KeysNotUsable)):
            cipher.decrypt(value[: min(length, len(value) - 1)], purpose="phone")

    def test_refuses_a_value_whose_key_the_file_lacks(self, key_file: Path):
        value = cipher.encrypt(PHONE, purpose="phone")
        write(key_file, make_keys())
        forget_ring()

        with pytest.raises(CiphertextNotReadable):
            cipher.decrypt(value, purpose="phone")

        with pytest.raises(KeysNotUsable, match="lacks the key k9"):
            cipher.decrypt(value.replace(b"k1", b"k9", 1), purpose="phone")

    def test_finds_a_key_that_joined_the_file_after_it_was_read(self, key_file: Path):
        old = get_ring()
        grown = add_data_key(old)
        with use_ring(grown):
            value = cipher.encrypt(PHONE, purpose="phone")
        store_keys(key_file, grown)

        assert cipher.read_key_id(value) == "k2"
        assert cipher.decrypt(value, purpose="phone") == PHONE
        assert get_ring().current == "k2"

    @pytest.mark.parametrize("value", [b"", b"\x01", b"\x02\x02k1" + bytes(40), b"\x00" * 60])
    def test_refuses_what_it_never_wrote(self, key_file: Path, value: bytes):
        with pytest.raises((CiphertextNotReadable, KeysNotUsable)):
            cipher.decrypt(value, purpose="phone")


class TestKeyedHash:
    def test_is_the_same_for_the_same_text(self, key_file: Path):
        assert cipher.keyed_hash(PHONE, purpose="phone") == cipher.keyed_hash(PHONE, purpose="phone")
        assert len(cipher.keyed_hash(PHONE, purpose="phone")) == cipher.HASH_BYTES

    def test_differs_by_purpose_and_by_key(self, key_file: Path):
        first = cipher.keyed_hash(PHONE, purpose="phone")

        assert cipher.keyed_hash(PHONE, purpose="bank_account") != first

        write(key_file, make_keys())
        forget_ring()

        assert cipher.keyed_hash(PHONE, purpose="phone") != first


class TestKeyFile:
    def test_is_read_as_it_was_written(self, tmp_path: Path):
        ring = make_keys()

        assert read_keys(write(tmp_path / "keys.json", ring)) == ring

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700 | 0o007])
    def test_is_refused_when_others_may_touch_it(self, tmp_path: Path, mode: int):
        file = write(tmp_path / "keys.json", make_keys())
        file.chmod(mode)

        with pytest.raises(KeysNotUsable, match="0600"):
            read_keys(file)

    def test_is_refused_when_missing(self, tmp_path: Path):
        with pytest.raises(KeysNotUsable, match="missing"):
            read_keys(tmp_path / "keys.json")

    @pytest.mark.parametrize(
        "text",
        ["", "{}", "[]", "null", '{"current": "k1", "data": [], "lookup": ""}', '{"current": 1, "data": {"1": "?"}}'],
    )
    def test_is_refused_when_damaged(self, tmp_path: Path, text: str):
        file = tmp_path / "keys.json"
        file.write_text(text)
        file.chmod(0o600)

        with pytest.raises(KeysNotUsable):
            read_keys(file)

    @pytest.mark.parametrize("change", [{"current": "k2"}, {"lookup": "AAAA"}, {"data": {"k1": "AAAA"}}, {"data": {}}])
    def test_is_refused_when_a_key_is_missing_or_short(self, tmp_path: Path, change: dict[str, object]):
        file = write(tmp_path / "keys.json", make_keys())
        file.write_text(json.dumps(json.loads(file.read_text()) | change))

        with pytest.raises(KeysNotUsable):
            read_keys(file)

    def test_is_read_once_by_a_process(self, key_file: Path):
        ring = get_ring()
        os.unlink(key_file)

        assert get_ring() is ring


class TestRotation:
    def test_adds_a_key_and_keeps_the_old_ones(self):
        ring = make_keys()

        grown = add_data_key(add_data_key(ring))

        assert grown.current == "k3"
        assert list(grown.data) == ["k1", "k2", "k3"]
        assert grown.data["k1"] == ring.data["k1"]
        assert grown.lookup == ring.lookup

    def test_of_the_lookup_key_leaves_the_data_keys(self):
        ring = make_keys()

        other = replace_lookup_key(ring)

        assert (other.data, other.current) == (ring.data, ring.current)
        assert other.lookup != ring.lookup

    def test_stores_the_file_closed_to_others_and_leaves_nothing_beside_it(self, key_file: Path):
        grown = add_data_key(read_keys(key_file))

        store_keys(key_file, grown)

        assert read_keys(key_file) == grown
        assert key_file.stat().st_mode & 0o777 == 0o600
        assert [file.name for file in key_file.parent.iterdir()] == [key_file.name]

    def test_borrowed_ring_is_given_back(self, key_file: Path):
        own = get_ring()

        with pytest.raises(LookupError), use_ring(make_keys()):
            raise LookupError

        assert get_ring() is own
