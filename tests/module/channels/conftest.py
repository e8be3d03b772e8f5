"""Files of banks are kept in a folder of the test."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def kept_files(settings: Any, tmp_path: Path) -> None:
    """Keep what banks send and are sent apart from other tests', whose keys differ."""
    settings.DATA_DIR = tmp_path
