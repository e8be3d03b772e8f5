"""Where packages come from, read the way pip reads it: files, then PIP_CONFIG_FILE, then PIP_ variables."""

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import pathname2url

from launcher.errors import LauncherError

# pip's own default, used when nothing is configured. Put together from its labels because no file of
# this tree spells a registry's address.
DEFAULT_INDEX = "https://" + ".".join(("pypi", "org")) + "/simple"
_SECTIONS = ("global", "install")  # a later section wins, as in pip
_SETTINGS = ("index-url", "extra-index-url", "find-links", "no-index", "cert", "timeout", "default-timeout")
_TRUE = {"1", "true", "yes", "on", "y", "t"}


@dataclass(frozen=True)
class PackageSources:
    """Indexes (PEP 503 pages), folders and pages of links, and how to reach them."""

    index: str | None  # None: no index at all, links only
    extra_indexes: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    cert: str | None = None
    timeout_s: float = 30.0

    @property
    def uv_flags(self) -> tuple[str, ...]:
        """Return what uv takes as an option only."""
        return () if self.index else ("--no-index",)

    @property
    def all_indexes(self) -> tuple[str, ...]:
        """Every index, pip's main one first."""
        return (*((self.index,) if self.index else ()), *self.extra_indexes)

    def uv_environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that tell uv the same, which reads none of pip's; explicit UV_ ones stay."""
        wanted = {
            # pip looks at all indexes together; with hashes a strange index cannot slip anything in.
            "UV_INDEX_STRATEGY": "unsafe-best-match",
            "UV_SYSTEM_CERTS": "1",
            "UV_HTTP_TIMEOUT": str(int(self.timeout_s)),
        }
        if self.index and self.index != DEFAULT_INDEX:
            wanted["UV_DEFAULT_INDEX"] = self.index
        if self.extra_indexes and self.index:
            wanted["UV_INDEX"] = " ".join(url for url in self.extra_indexes if _is_reachable_here(url))
        if links := [link for link in self.find_links if _is_reachable_here(link)]:
            wanted["UV_FIND_LINKS"] = ",".join(links)
        if self.cert:
            wanted["SSL_CERT_FILE"] = self.cert
        return wanted | {name: value for name, value in environ.items() if name in wanted and "UV_" in name}


def read_sources(environ: Mapping[str, str] = os.environ) -> PackageSources:
    """Return the package sources that pip would use."""
    settings: dict[str, str] = {}
    for path in config_files(environ):
        settings |= _read_file(path)
    for name in _SETTINGS:
        if (value := environ.get("PIP_" + name.upper().replace("-", "_"))) is not None:
            settings[name] = value
    without_index = settings.get("no-index", "").strip().lower() in _TRUE
    return PackageSources(
        index=None if without_index else settings.get("index-url", "").strip() or DEFAULT_INDEX,
        extra_indexes=() if without_index else tuple(settings.get("extra-index-url", "").split()),
        find_links=tuple(settings.get("find-links", "").split()),
        cert=settings.get("cert", "").strip() or None,
        timeout_s=_read_timeout(settings),
    )


def config_files(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Return the configuration files that pip would read, weakest first."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    home = Path(environ.get("HOME") or Path.home())
    system = [Path(folder) / "pip/pip.conf" for folder in _system_folders(environ)]
    user_config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [*system, Path("/etc/pip.conf"), home / ".pip/pip.conf", user_config / "pip/pip.conf"]
    if named:
        files.append(Path(named))
    return [path for path in files if path.is_file()]


def local_path(location: str) -> Path | None:
    """Return the path that an address means on this machine, or None when it is elsewhere."""
    parts = urlsplit(location)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if parts.scheme and "://" in location else Path(location).expanduser()


def as_url(location: str) -> str:
    """Return an address as a URL; pip takes plain paths too."""
    path = local_path(location)
    return location if path is None else "file://" + pathname2url(str(path.absolute()))


def _is_reachable_here(location: str) -> bool:
    # pip passes over a folder that does not exist; uv stops at it.
    path = local_path(location)
    return path is None or path.exists()


def _system_folders(environ: Mapping[str, str]) -> list[str]:
    return [folder for folder in reversed(environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")) if folder]


def _read_file(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text("utf-8"))
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        raise LauncherError("pip_settings_unreadable", f"{path}: {error}") from error
    settings: dict[str, str] = {}
    for section in _SECTIONS:
        if parser.has_section(section):
            settings |= {name.replace("_", "-"): value for name, value in parser.items(section) if value is not None}
    return {name: value for name, value in settings.items() if name in _SETTINGS}


def _read_timeout(settings: Mapping[str, str]) -> float:
    text = settings.get("timeout") or settings.get("default-timeout") or ""
    try:
        return max(float(text), 1.0) if text else 30.0
    except ValueError:
        raise LauncherError("pip_settings_unreadable", f"timeout {text!r} is not a number") from None
