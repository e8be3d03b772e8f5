import hashlib
import io
import json
import platform
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from launcher.errors import LauncherError
from launcher.indexes import PackageSources

from launcher import wheels

pytestmark = pytest.mark.enable_socket  # a server on loopback, nothing else

LIBC = "manylinux_2_17" if platform.libc_ver()[0] == "glibc" else "musllinux_1_1"
FILENAME = f"tool-1.2-py3-none-{LIBC}_{platform.machine()}.whl"


def make_wheel(content: bytes = b"program") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("tool-1.2.data/scripts/tool", content)
    return buffer.getvalue()


WHEEL = make_wheel()
SHA256 = hashlib.sha256(WHEEL).hexdigest()
PIN = wheels.Pin("tool", "1.2", frozenset({SHA256}))


class Server(ThreadingHTTPServer):
    """An index on loopback: pages by path, and every request with its headers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        self.refusals_left = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization", "")))
        self.server.refusals_left -= 1
        kind, content = self.server.pages.get(self.path, ("", b""))
        self.send_response(503 if self.server.refusals_left >= 0 else 200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.pages["/files/" + FILENAME] = ("application/zip", WHEEL)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels.time, "sleep", lambda _seconds: None)


def html_page(sha256: str) -> tuple[str, bytes]:
    anchor = f'<!DOCTYPE html><a href="../../files/{FILENAME}#sha256={sha256}">{FILENAME}</a>'
    return "text/html; charset=utf-8", anchor.encode()


class TestFetchWheel:
    def test_follows_the_relative_link_of_an_html_page(self, server: Server):
        server.pages["/simple/tool/"] = html_page(SHA256)

        content = wheels.fetch_wheel(PIN, PackageSources(index=f"{server.url}/simple"))

        assert content == WHEEL

    def test_reads_the_json_form_of_a_page(self, server: Server):
        file = {"filename": FILENAME, "url": f"/files/{FILENAME}", "hashes": {"sha256": SHA256}}
        page = json.dumps({"meta": {"api-version": "1.0"}, "name": "tool", "files": [file]}).encode()
        server.pages["/simple/tool/"] = ("application/vnd.pypi.simple.v1+json", page)

        content = wheels.fetch_wheel(PIN, PackageSources(index=f"{server.url}/simple/"))

        assert content == WHEEL

    def test_never_loads_a_file_whose_announced_hash_is_not_pinned(self, server: Server):
        server.pages["/simple/tool/"] = html_page("0" * 64)

        with pytest.raises(LauncherError) as refusal:
            wheels.fetch_wheel(PIN, PackageSources(index=f"{server.url}/simple"))

        assert refusal.value.code == "launcher.wheel_not_found"
        assert [path for path, _ in server.asked] == ["/simple/tool/"]

    def test_refuses_a_file_that_is_not_what_was_announced(self, server: Server):
        server.pages["/simple/tool/"] = html_page(SHA256)
        server.pages["/files/" + FILENAME] = ("application/zip", make_wheel(b"something else"))

        with pytest.raises(LauncherError) as refusal:
            wheels.fetch_wheel(PIN, PackageSources(index=f"{server.url}/simple"))

        assert refusal.value.code == "launcher.wheel_not_found"

    def test_looks_at_the_extra_index_after_the_main_one(self, server: Server):
        server.pages["/extra/tool/"] = html_page(SHA256)
        sources = PackageSources(index=f"{server.url}/main", extra_indexes=(f"{server.url}/extra",))

        content = wheels.fetch_wheel(PIN, sources)

        assert content == WHEEL
        assert [path for path, _ in server.asked] == ["/main/tool/", "/extra/tool/", f"/files/{FILENAME}"]

    def test_tries_again_when_the_server_is_overloaded(self, server: Server):
        server.pages["/simple/tool/"] = html_page(SHA256)
        server.refusals_left = 2

        content = wheels.fetch_wheel(PIN, PackageSources(index=f"{server.url}/simple"))

        assert content == WHEEL

    def test_logs_in_with_the_name_in_the_address(self, server: Server):
        server.pages["/simple/tool/"] = html_page(SHA256)
        address = server.url.replace("http://", "http://me:s%40cret@")

        wheels.fetch_wheel(PIN, PackageSources(index=f"{address}/simple"))

        assert server.asked[0] == ("/simple/tool/", "Basic bWU6c0BjcmV0")

    def test_names_an_index_that_cannot_be_reached_without_its_password(self):
        with pytest.raises(LauncherError) as refusal:
            wheels.fetch_wheel(PIN, PackageSources(index="http://me:s%40cret@127.0.0.1:9/simple"))

        assert refusal.value.code == "launcher.index_unreachable"
        assert "http://127.0.0.1:9/simple/tool/" in refusal.value.message
        assert "cret" not in refusal.value.message

    def test_takes_a_wheel_from_a_folder_of_links(self, tmp_path: Path):
        (tmp_path / FILENAME).write_bytes(WHEEL)

        content = wheels.fetch_wheel(PIN, PackageSources(index=None, find_links=(str(tmp_path),)))

        assert content == WHEEL

    def test_takes_a_wheel_from_an_index_made_of_files(self, tmp_path: Path):
        (tmp_path / "simple/tool").mkdir(parents=True)
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / FILENAME).write_bytes(WHEEL)
        (tmp_path / "simple/tool/index.html").write_bytes(html_page(SHA256)[1])

        content = wheels.fetch_wheel(PIN, PackageSources(index=f"file://{tmp_path}/simple"))

        assert content == WHEEL

    def test_passes_over_wheels_for_other_machines(self, tmp_path: Path):
        (tmp_path / "tool-1.2-py3-none-win_amd64.whl").write_bytes(WHEEL)

        with pytest.raises(LauncherError) as refusal:
            wheels.fetch_wheel(PIN, PackageSources(index=None, find_links=(str(tmp_path),)))

        assert refusal.value.code == "launcher.wheel_not_found"


class TestReadMember:
    def test_returns_the_program(self):
        assert wheels.read_member(WHEEL, ".data/scripts/tool") == b"program"

    def test_refuses_a_wheel_without_it(self):
        with pytest.raises(LauncherError, match="holds no bin/other"):
            wheels.read_member(WHEEL, "bin/other")


class TestReadPin:
    def test_reads_the_pin_that_the_project_ships(self):
        pin = wheels.read_pin(Path(__file__).parents[2] / "requirements/uv.txt")

        assert pin.name == "uv"
        assert len(pin.hashes) == 4

    def test_refuses_a_pin_without_hashes(self, tmp_path: Path):
        (tmp_path / "uv.txt").write_text("uv==1.0\n", "utf-8")

        with pytest.raises(LauncherError, match="no version with hashes"):
            wheels.read_pin(tmp_path / "uv.txt")
