"""Read and type every environment variable once; nothing else in the product looks at os.environ."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class EnvironmentFault(RuntimeError):
    """A variable that cannot be used; the message names it."""


@dataclass(frozen=True)
class DatabaseAddress:
    """Where PostgreSQL is and who logs in."""

    name: str
    user: str
    password: str
    host: str
    port: str

    @classmethod
    def parse(cls, url: str) -> "DatabaseAddress":
        """Read a postgresql:// URL; a socket folder comes as ?host=."""
        parts = urlsplit(url)
        if parts.scheme not in {"postgresql", "postgres"}:
            raise EnvironmentFault("DATABASE_URL must start with postgresql://")
        query = dict(parse_qsl(parts.query))
        return cls(
            name=unquote(parts.path.lstrip("/")) or "dianke",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            host=query.get("host") or unquote(parts.hostname or ""),
            port=query.get("port") or str(parts.port or ""),
        )


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and as whom; no host: nowhere."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    # "", "starttls" or "tls".
    security: str = ""
    sender: str = ""

    @classmethod
    def parse(cls, url: str, *, password: str, sender: str) -> "MailServer":
        """Read smtp://user@host:port, smtp+starttls://… or smtps://…."""
        parts = urlsplit(url)
        kinds = {"smtp": "", "smtp+starttls": "starttls", "smtps": "tls"}
        if parts.scheme not in kinds or not parts.hostname:
            raise EnvironmentFault("DIANKE_SMTP_URL must be smtp://, smtp+starttls:// or smtps:// with a host")
        if "@" not in sender:
            raise EnvironmentFault("DIANKE_MAIL_FROM must be the address that mail comes from")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 25),
            user=unquote(parts.username or ""),
            password=password,
            security=kinds[parts.scheme],
            sender=sender,
        )


@dataclass(frozen=True)
class Environment:
    """The typed environment of one process."""

    database: DatabaseAddress
    database_owner: DatabaseAddress
    secret_key: str
    data_keys_file: Path | None
    debug: bool
    allowed_hosts: tuple[str, ...]
    data_dir: Path
    behind_tls: bool
    log_json: bool
    telemetry: bool
    # Set by the command that starts several web processes, for them to deal their readers evenly.
    web_board: Path | None
    mail: MailServer
    # SMS and WeChat go to a carrier that reaches nobody, for trials.
    simulated_carrier: bool
    # Invoices go to a tax platform that issues nothing, for trials.
    simulated_tax_platform: bool
    # Online payment goes by a gateway that takes no money, for trials.
    simulated_gateway: bool
    # Commands go to a head-end that no meter is behind, for trials.
    simulated_head_end: bool
    # Contracts may be signed by keys that belong to nobody, for trials.
    simulated_signer: bool


def read_environment() -> Environment:
    """Return the environment of this process, or raise EnvironmentFault naming the variable."""
    url = os.environ.get("DATABASE_URL", "")
    # Commands that need no database (quote, clock, makemigrations --check) run without an address.
    database = DatabaseAddress.parse(url) if url else DatabaseAddress("dianke", "", "", "", "")
    owner_url = os.environ.get("DATABASE_OWNER_URL", "")
    return Environment(
        database=database,
        database_owner=DatabaseAddress.parse(owner_url) if owner_url else database,
        secret_key=_read_secret_key(),
        data_keys_file=_find_data_keys(),
        debug=_flag("DIANKE_DEBUG"),
        allowed_hosts=tuple(os.environ.get("DIANKE_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")),
        data_dir=Path(os.environ.get("DIANKE_DATA_DIR", "var")).resolve(),
        behind_tls=_flag("DIANKE_BEHIND_TLS"),
        log_json=_flag("DIANKE_LOG_JSON"),
        telemetry=_flag("DIANKE_TELEMETRY"),
        web_board=Path(os.environ["DIANKE_WEB_BOARD"]) if os.environ.get("DIANKE_WEB_BOARD") else None,
        mail=_read_mail_server(),
        simulated_carrier=_flag("DIANKE_SIMULATED_CARRIER"),
        simulated_tax_platform=_flag("DIANKE_SIMULATED_TAX_PLATFORM"),
        simulated_gateway=_flag("DIANKE_SIMULATED_GATEWAY"),
        simulated_head_end=_flag("DIANKE_SIMULATED_HEAD_END"),
        simulated_signer=_flag("DIANKE_SIMULATED_SIGNER"),
    )


def _read_mail_server() -> MailServer:
    url = os.environ.get("DIANKE_SMTP_URL", "")
    if not url:
        return MailServer()
    path = os.environ.get("DIANKE_SMTP_PASSWORD_FILE", "")
    if path and not Path(path).is_file():
        msg = f"DIANKE_SMTP_PASSWORD_FILE names {path}, which is not a file"
        raise EnvironmentFault(msg)
    password = Path(path).read_text("utf-8").strip() if path else ""
    return MailServer.parse(url, password=password, sender=os.environ.get("DIANKE_MAIL_FROM", ""))


def _flag(name: str) -> bool:
    value = os.environ.get(name, "").lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no"}:
        msg = f"{name} must be 1 or 0, not {value!r}"
        raise EnvironmentFault(msg)
    return value in {"1", "true", "yes"}


def _read_secret_key() -> str:
    path = os.environ.get("DIANKE_SECRET_KEY_FILE", "")
    if path:
        file = Path(path)
        if not file.is_file():
            msg = f"DIANKE_SECRET_KEY_FILE names {path}, which is not a file"
            raise EnvironmentFault(msg)
        return file.read_text("utf-8").strip()
    if os.environ.get("DATABASE_URL"):
        raise EnvironmentFault("DIANKE_SECRET_KEY_FILE must name a file of mode 0600 that holds the key")
    # Without a database nobody logs in, so nothing is ever signed with this.
    return "no-database-no-session"


def _find_data_keys() -> Path | None:
    path = os.environ.get("DIANKE_DATA_KEYS_FILE", "")
    if path:
        return Path(path)
    if os.environ.get("DATABASE_URL"):
        raise EnvironmentFault(
            "DIANKE_DATA_KEYS_FILE must name a file of mode 0600 that holds the keys of personal data"
        )
    return None
