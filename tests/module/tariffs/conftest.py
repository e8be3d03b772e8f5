"""The shipped tariffs, loaded."""

from datetime import datetime
from importlib import resources

import pytest
from tests.factories.utility import add_clerk
from tests.module.tariffs.proposing import NOW, People

from dianke.application import tariffs
from dianke.domain.tariffs import operations
from dianke.domain.tariffs.types import LoadReport
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

LOADED_AT = datetime(2026, 1, 1, 9, tzinfo=SHANGHAI)


@pytest.fixture
def actor() -> Actor:
    """Return the actor of set-up."""
    return Actor.system("test of tariffs")


@pytest.fixture
def shipped(db: None, actor: Actor) -> LoadReport:
    """Load everything that ships and return the report."""
    return tariffs.load_shipped_tariffs(actor=actor, loaded_at=LOADED_AT)


@pytest.fixture
def provinces(db: None, actor: Actor) -> LoadReport:
    """Load what ships without the grids' transport prices, which most tests do not need."""
    data = resources.files("dianke.domain.tariffs").joinpath("data")
    names = ["policies.yaml", "tou-rules-2025.yaml"]
    names += [f"sheets/{name}.yaml" for name in ("beijing", "fujian", "guangdong", "hubei")]
    files = [(name, data.joinpath(*name.split("/")).read_bytes()) for name in names]
    return operations.load_files(actor=actor, files=files, loaded_at=LOADED_AT)


@pytest.fixture
def loaded(db, actor) -> None:
    """Load one sheet of business and the homes of one province."""
    data = resources.files("dianke.domain.tariffs").joinpath("data", "sheets")
    files = [(name, data.joinpath(name).read_bytes()) for name in ("hubei.yaml", "guangdong.yaml")]
    operations.load_files(actor=actor, files=files, loaded_at=NOW)


@pytest.fixture
def people(loaded) -> People:
    """Return a person who proposes and approves, and one who approves."""
    root = org.add_unit(code="0", name="测试供电公司", kind=UnitKind.UTILITY, parent=None)
    return People(
        proposer=add_clerk(root, "lin", ["tariffs.view", "tariffs.propose", "tariffs.approve"]),
        approver=add_clerk(root, "zhou", ["tariffs.view", "tariffs.approve"]),
        remover=add_clerk(root, "wei", ["tariffs.view", "tariffs.withdraw_version"]),
    )
