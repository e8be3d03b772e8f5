"""Every right that a use case or a page asks for is one that a post can hold."""

import importlib
import pkgutil

import dianke.application
import dianke.interfaces.web
from dianke.application.rights import CONFLICTING_RIGHTS, RIGHTS
from dianke.interfaces.web.access import RIGHTS_OF_PAGES
from dianke.platform.audit.use_case import RIGHTS_IN_USE


def import_everything_below(package: object) -> None:
    """Import every module of a package, so that its decorators have run."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):  # type: ignore[attr-defined]
        importlib.import_module(module.name)


def test_every_right_that_is_asked_for_can_be_held() -> None:
    import_everything_below(dianke.application)
    import_everything_below(dianke.interfaces.web)

    assert RIGHTS_IN_USE
    assert sorted(set(RIGHTS_IN_USE.values()) - set(RIGHTS)) == []
    assert sorted(RIGHTS_OF_PAGES - set(RIGHTS)) == []


def test_conflicting_rights_are_rights() -> None:
    assert {right for pair in CONFLICTING_RIGHTS for right in pair} <= set(RIGHTS)
