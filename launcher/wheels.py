"""Fetch one pinned wheel with the standard library: simple pages as HTML or JSON, hashes checked."""

import base64
import hashlib
import json
import os
import platform
import re
import ssl
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPException
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit
from urllib.request import HTTPSHandler, Request, build_opener

from launcher.errors import LauncherError
from launcher.indexes import PackageSources, as_url, local_path

_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.6, text/html;q=0.5"
_TRIES = 3


@dataclass(frozen=True)
class Pin:
    """One package at one version with the hashes its files may have."""

    name: str
    version: str
    hashes: frozenset[str]


@dataclass(frozen=True)
class Link:
    """A file that an index or a folder offers."""

    filename: str
    url: str
    sha256: str | None


class IndexUnreachable(Exception):
    """An address that gave no answer; the message says which and why."""


def read_pin(requirements: Path) -> Pin:
    """Return the single pin of a hashed requirements file."""
    text = requirements.read_text("utf-8")
    found = re.search(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)
    hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))
    if found is None or not hashes:
        raise LauncherError("pin_unreadable", f"{requirements} names no version with hashes")
    return Pin(found[1], found[2], hashes)


def fetch_wheel(pin: Pin, sources: PackageSources) -> bytes:
    """Return the pinned wheel for this machine; nothing whose hash is not pinned is ever returned."""
    reader = Reader(sources)
    unreachable: list[str] = []
    for link in _matching_links(pin, sources, reader, unreachable):
        try:
            content = reader.read(link.url)
        except IndexUnreachable as fault:
            unreachable.append(str(fault))
            continue
        if hashlib.sha256(content).hexdigest() in pin.hashes:
            return content
    asked = ", ".join(_without_password(url) for url in (*sources.find_links, *sources.all_indexes))
    if unreachable:
        message = f"{'; '.join(unreachable)}. {pin.name} {pin.version} is needed once; check the network"
        raise LauncherError("index_unreachable", f"{message}, PIP_INDEX_URL and pip.conf")
    message = f"no wheel of {pin.name} {pin.version} with a pinned hash for {_machine()} at: {asked or 'none'}"
    raise LauncherError("wheel_not_found", message)


def read_member(wheel: bytes, ending: str) -> bytes:
    """Return the one file of the wheel whose path ends so."""
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        for name in archive.namelist():
            if name.endswith(ending):
                return archive.read(name)
    raise LauncherError("wheel_incomplete", f"the wheel holds no {ending}")


def fits_this_machine(filename: str, pin: Pin) -> bool:
    """Tell whether a file is a wheel of the pin that runs here."""
    prefix = f"{pin.name.replace('-', '_')}-{pin.version}-py3-none-"
    if not (filename.startswith(prefix) and filename.endswith(".whl")):
        return False
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    tags = filename.removeprefix(prefix).removesuffix(".whl").split(".")
    return any(tag.startswith(libc) and tag.endswith("_" + platform.machine()) for tag in tags)


class Reader:
    """Reads addresses with the certificate, the time limit and the tries that pip would use."""

    def __init__(self, sources: PackageSources) -> None:
        self._timeout_s = sources.timeout_s
        try:
            context = ssl.create_default_context(cafile=sources.cert)
        except OSError as error:
            message = f"{sources.cert}: {error.strerror or error}"
            raise LauncherError("certificate_unreadable", message) from error
        self._opener = build_opener(HTTPSHandler(context=context))

    def read(self, url: str) -> bytes:
        """Return what stands at the address."""
        return self.open(url)[1]

    def open(self, url: str) -> tuple[str, bytes, str]:
        """Return the final address, the content and its type."""
        request = _request(url)
        for attempt in range(1, _TRIES + 1):
            try:
                with self._opener.open(request, timeout=self._timeout_s) as answer:
                    return answer.url, answer.read(), answer.headers.get("content-type", "")
            except HTTPError as error:
                error.close()
                if error.code < 500 and error.code != 429:
                    raise
                reason: object = error
            except (OSError, HTTPException) as error:
                reason = getattr(error, "reason", error)
            if attempt < _TRIES:
                time.sleep(attempt)
        message = f"{_without_password(url)} gave no answer ({reason})"
        raise IndexUnreachable(message)


def _matching_links(pin: Pin, sources: PackageSources, reader: Reader, unreachable: list[str]) -> Iterator[Link]:
    for location in sources.find_links:
        yield from _usable(_links_of_location(location, reader, unreachable), pin)
    for index in sources.all_indexes:
        page = as_url(index).rstrip("/") + f"/{pin.name}/"
        yield from _usable(_links_of_page(page, reader, unreachable), pin)


def _usable(links: list[Link], pin: Pin) -> list[Link]:
    return [
        link
        for link in links
        if fits_this_machine(link.filename, pin) and (link.sha256 is None or link.sha256 in pin.hashes)
    ]


def _links_of_location(location: str, reader: Reader, unreachable: list[str]) -> list[Link]:
    path = local_path(location)
    if path is None or path.is_file():
        return _links_of_page(as_url(location), reader, unreachable)
    if not path.is_dir():
        return []
    return [Link(file.name, as_url(str(file)), None) for file in sorted(path.iterdir())]


def _links_of_page(url: str, reader: Reader, unreachable: list[str]) -> list[Link]:
    path = local_path(url)
    if path is not None and path.is_dir():
        path = path / "index.html"
        url = as_url(str(path))
    if path is not None and not path.exists():
        return []
    try:
        final_url, content, content_type = reader.open(url)
    except HTTPError as error:
        if error.code not in {404, 410}:
            unreachable.append(f"{_without_password(url)} answered {error.code} {error.reason}")
        return []
    except IndexUnreachable as fault:
        unreachable.append(str(fault))
        return []
    if "json" in content_type:
        return _links_of_json(content, final_url)
    return _links_of_html(content.decode("utf-8", "replace"), final_url)


def _links_of_json(content: bytes, base: str) -> list[Link]:
    return [
        Link(file["filename"], urljoin(base, file["url"]), file.get("hashes", {}).get("sha256"))
        for file in json.loads(content)["files"]
    ]


def _links_of_html(text: str, base: str) -> list[Link]:
    page = _Anchors()
    page.feed(text)
    links = []
    for href in page.hrefs:
        url, fragment = urldefrag(urljoin(base, href))
        sha256 = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else None
        links.append(Link(unquote(urlsplit(url).path.rsplit("/", 1)[-1]), url, sha256))
    return links


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.hrefs.extend(value for name, value in attrs if name == "href" and value)


def _request(url: str) -> Request:
    parts = urlsplit(url)
    headers = {"Accept": _ACCEPT, "User-Agent": "dianke-launcher"}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return Request(url, headers=headers)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _machine() -> str:
    return f"{platform.system()} {platform.machine()} {os.uname().release}"
