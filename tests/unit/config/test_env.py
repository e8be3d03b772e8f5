"""Every variable is read once, typed, and refused with its name."""

import json
import logging
from pathlib import Path

import pytest

from dianke.config.env import DatabaseAddress, EnvironmentFault, read_environment
from dianke.config.logs import JsonFormatter


class TestDatabaseAddress:
    def test_reads_a_socket_folder_and_escaped_passwords(self) -> None:
        address = DatabaseAddress.parse("postgresql://dianke_app:p%40ss%2Fword@/dianke?host=/run/x&port=5433")

        assert address == DatabaseAddress("dianke", "dianke_app", "p@ss/word", "/run/x", "5433")

    def test_reads_a_host_and_port(self) -> None:
        address = DatabaseAddress.parse("postgres://u:p@db.internal:6432/utility")

        assert (address.host, address.port, address.name) == ("db.internal", "6432", "utility")

    def test_refuses_another_scheme(self) -> None:
        with pytest.raises(EnvironmentFault, match="DATABASE_URL"):
            DatabaseAddress.parse("mysql://u:p@h/d")


class TestReadEnvironment:
    def test_owner_is_the_service_unless_named(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        key = tmp_path / "key"
        key.write_text("a-signing-key\n", "utf-8")
        monkeypatch.setenv("DATABASE_URL", "postgresql://app:x@h/d")
        monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
        monkeypatch.setenv("DIANKE_SECRET_KEY_FILE", str(key))
        monkeypatch.setenv("DIANKE_DATA_KEYS_FILE", str(tmp_path / "data-keys.json"))

        environment = read_environment()

        assert environment.database_owner == environment.database
        assert environment.secret_key == "a-signing-key"

    def test_start_is_refused_without_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://app:x@h/d")
        monkeypatch.delenv("DIANKE_SECRET_KEY_FILE", raising=False)

        with pytest.raises(EnvironmentFault, match="DIANKE_SECRET_KEY_FILE"):
            read_environment()

    def test_start_is_refused_without_keys_of_personal_data(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        key = tmp_path / "key"
        key.write_text("a-signing-key\n", "utf-8")
        monkeypatch.setenv("DATABASE_URL", "postgresql://app:x@h/d")
        monkeypatch.setenv("DIANKE_SECRET_KEY_FILE", str(key))
        monkeypatch.delenv("DIANKE_DATA_KEYS_FILE", raising=False)

        with pytest.raises(EnvironmentFault, match="DIANKE_DATA_KEYS_FILE"):
            read_environment()

    def test_a_flag_that_is_none_is_refused_by_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setenv("DIANKE_BEHIND_TLS", "perhaps")

        with pytest.raises(EnvironmentFault, match="DIANKE_BEHIND_TLS"):
            read_environment()


def test_a_log_line_is_one_json_object_with_its_extra_fields() -> None:
    record = logging.makeLogRecord({"name": "dianke.billing", "levelname": "INFO", "msg": "run %s", "args": ("JS-1",)})
    record.shard = 3

    line = JsonFormatter().format(record)

    fields = json.loads(line)
    assert "\n" not in line
    assert (fields["logger"], fields["level"], fields["message"], fields["shard"]) == (
        "dianke.billing",
        "INFO",
        "run JS-1",
        3,
    )
