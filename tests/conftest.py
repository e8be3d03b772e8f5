"""What every test shares: the database roles, and passwords that cost nothing."""

import os

import hypothesis
import pytest

# A busy machine is no fault of what is tested: neither a slow example nor slow drawing fails a test.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    """Make and migrate the test database as its owner (tests of the service role log in beside it); hash cheaply."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.factories.hashing.CheapArgon2"]
    owner = settings.DATABASES["owner"]
    for key in ("USER", "PASSWORD", "HOST", "PORT"):
        settings.DATABASES["default"][key] = owner[key]
    name = os.environ.get("DIANKE_TEST_DATABASE")
    if name:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name


# Files that take longest begin first: one that began last would leave the other worker waiting for it.
_LONGEST_FIRST = (
    "test_access_matrix",
    "test_killed_runs",
    "test_contract",
    "test_demo_utility",
    "test_batches",
    "test_correction_sums",
    "test_seeded_errors",
    "test_stages",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest in front, everything else as it was found."""
    places = {name: place for place, name in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Grant the service role its rights in the test database, as migrate does."""
    from dianke.platform.database.grants import grant_to_service

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        grant_to_service(using="default")
