"""The shipped tariffs, loaded."""

from datetime import datetime

import pytest

from dianke.application import tariffs
from dianke.domain.tariffs.types import LoadReport
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

LOADED_AT = datetime(2026, 1, 1, 9, tzinfo=SHANGHAI)


@pytest.fixture
def actor() -> Actor:
    """Return the actor of set-up."""
    return Actor.system("test of tariffs")


@pytest.fixture
def shipped(db: None, actor: Actor) -> LoadReport:
    """Load everything that ships and return the report."""
    return tariffs.load_shipped_tariffs(actor=actor, loaded_at=LOADED_AT)
