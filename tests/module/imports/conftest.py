"""An archive to load into, and files to load."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.factories import archive as factory
from tests.factories.archive import NOW, Archive

from dianke.application.imports import load_table as loading
from dianke.application.imports.files import Limits
from dianke.application.imports.reading import read_bytes
from dianke.application.imports.report import LoadReport
from dianke.platform.identity.types import Actor

Load = Callable[..., LoadReport]


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


@pytest.fixture
def load(archive: Archive, tmp_path: Path) -> Load:
    """Load a text into a table; a load that is refused gives its report all the same."""

    def run(
        table: str,
        content: str | bytes,
        *,
        actor: Actor | None = None,
        keep_good: bool = False,
        dry_run: bool = False,
    ) -> LoadReport:
        known = {
            "actor": actor or archive.actor,
            "table": table,
            "sheet": read_bytes(
                content if isinstance(content, bytes) else content.encode(), Limits(size=64 * 1024 * 1024)
            ),
            "file_name": "file.csv",
            "at": NOW,
            "data_dir": tmp_path,
        }
        try:
            if dry_run:
                return loading.check_table(**known)  # type: ignore[arg-type]
            return loading.load_table(**known, keep_good=keep_good)  # type: ignore[arg-type]
        except loading.UnableToLoadTable as refusal:
            return refusal.report

    return run
