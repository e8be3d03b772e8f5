"""What the tests of a file share is built once for the file; what a test does to it is undone."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Literal, TypeVar

import pytest
from tests.factories.pages import rolled_back

T = TypeVar("T")


def built_once(build: Callable[[], T], *, scope: Literal["module", "class"] = "module") -> Any:
    """
    Return a fixture of a file, or of a class, that holds what a function builds; the rows go when that is done.

    A test takes it through a fixture of its own that hands on `fresh` objects: its rows are those of the database
    as it was built, for every test is rolled back, and what it does to the objects nobody else sees. Tests of the
    file that must find an empty database, or commit, stand in classes of their own beside one that is built for.
    """

    @pytest.fixture(scope=scope)
    def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[T]:
        with django_db_blocker.unblock(), rolled_back():
            yield build()

    return built


def fresh(built: T) -> T:
    """Return a copy of what was built, of the objects and not of the rows."""
    return deepcopy(built)
