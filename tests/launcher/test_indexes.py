from pathlib import Path

import pytest
from launcher.errors import LauncherError

from launcher import indexes


def write_settings(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    # Only the file named here is read, so that this machine's own settings stay out.
    named = write_settings(tmp_path / "pip.conf", "[global]\n")
    return {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "none"), "PIP_CONFIG_FILE": str(named)}


class TestReadSources:
    def test_falls_back_to_the_default_of_pip(self):
        sources = indexes.read_sources({"PIP_CONFIG_FILE": "/dev/null"})

        assert sources.index == indexes.DEFAULT_INDEX
        assert sources.extra_indexes == ()

    def test_reads_lists_that_stand_on_several_lines(self, environ: dict[str, str]):
        write_settings(
            Path(environ["PIP_CONFIG_FILE"]),
            "[global]\nextra-index-url =\n    https://one.example/simple\n    https://two.example/simple\n",
        )

        sources = indexes.read_sources(environ)

        assert sources.extra_indexes == ("https://one.example/simple", "https://two.example/simple")

    def test_lets_the_install_section_win_over_the_global_one(self, environ: dict[str, str]):
        write_settings(
            Path(environ["PIP_CONFIG_FILE"]),
            "[install]\nindex-url = https://b.example\n[global]\nindex-url = https://a.example\ncert = /a.pem\n",
        )

        sources = indexes.read_sources(environ)

        assert (sources.index, sources.cert) == ("https://b.example", "/a.pem")

    def test_lets_a_variable_win_over_every_file(self, environ: dict[str, str]):
        write_settings(Path(environ["PIP_CONFIG_FILE"]), "[global]\nindex-url = https://a.example\n")

        sources = indexes.read_sources(environ | {"PIP_INDEX_URL": "https://env.example/simple"})

        assert sources.index == "https://env.example/simple"

    def test_lets_the_named_file_win_over_the_user_file(self, environ: dict[str, str], tmp_path: Path):
        write_settings(tmp_path / ".config/pip/pip.conf", "[global]\nindex-url = https://user.example\ntimeout = 7\n")
        write_settings(Path(environ["PIP_CONFIG_FILE"]), "[global]\nindex-url = https://named.example\n")

        sources = indexes.read_sources(environ)

        assert (sources.index, sources.timeout_s) == ("https://named.example", 7.0)

    def test_has_no_index_when_pip_is_told_so(self, environ: dict[str, str]):
        told = {
            "PIP_NO_INDEX": "1",
            "PIP_EXTRA_INDEX_URL": "https://x.example",
            "PIP_FIND_LINKS": "/srv/wheels",
        }

        sources = indexes.read_sources(environ | told)

        assert sources.all_indexes == ()
        assert sources.find_links == ("/srv/wheels",)
        assert sources.uv_flags == ("--no-index",)

    def test_refuses_a_broken_file_by_name(self, environ: dict[str, str]):
        write_settings(Path(environ["PIP_CONFIG_FILE"]), "index-url without a section\n")

        with pytest.raises(LauncherError, match=r"pip\.conf") as refusal:
            indexes.read_sources(environ)

        assert refusal.value.code == "launcher.pip_settings_unreadable"


class TestUvEnvironment:
    def test_names_no_index_when_pip_uses_its_default(self):
        sources = indexes.PackageSources(index=indexes.DEFAULT_INDEX)

        assert "UV_DEFAULT_INDEX" not in sources.uv_environment({})

    def test_hands_over_indexes_links_and_certificate(self, tmp_path: Path):
        sources = indexes.PackageSources(
            index="https://a.example/simple",
            extra_indexes=("https://b.example/simple", f"file://{tmp_path}"),
            find_links=(str(tmp_path), str(tmp_path / "not there")),
            cert="/etc/own.pem",
        )

        told = sources.uv_environment({})

        assert told["UV_DEFAULT_INDEX"] == "https://a.example/simple"
        assert told["UV_INDEX"] == f"https://b.example/simple file://{tmp_path}"
        assert told["UV_FIND_LINKS"] == str(tmp_path)
        assert told["SSL_CERT_FILE"] == "/etc/own.pem"

    def test_leaves_what_the_caller_told_uv_itself(self):
        sources = indexes.PackageSources(index="https://a.example/simple")

        told = sources.uv_environment({"UV_DEFAULT_INDEX": "https://mine.example/simple"})

        assert told["UV_DEFAULT_INDEX"] == "https://mine.example/simple"


def test_no_file_of_the_tree_spells_the_address_of_the_registry():
    root = Path(indexes.__file__).parent.parent
    named = [*root.glob("launcher/*.py"), *root.glob("requirements/*"), root / "dianke", root / ".ci/run"]
    host = indexes.DEFAULT_INDEX.removeprefix("https://").removesuffix("/simple")

    found = [path.name for path in named if host in path.read_text("utf-8")]

    assert found == []
