"""What every test shares: the database roles, and no way out to a network."""

import os

import pytest

# The test database is made and migrated by its owner; tests of the service role log in beside it.
if os.environ.get("DATABASE_OWNER_URL"):
    os.environ.setdefault("DIANKE_SERVICE_URL", os.environ["DATABASE_URL"])
    os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let a developer name a test database of their own."""
    from django.conf import settings

    name = os.environ.get("DIANKE_TEST_DATABASE")
    if name:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Grant the service role its rights in the test database, as migrate does."""
    from django.conf import settings

    from dianke.config.env import DatabaseAddress
    from dianke.platform.database.grants import grant_to_service

    url = os.environ.get("DIANKE_SERVICE_URL")
    if url:
        settings.SERVICE_ROLE = DatabaseAddress.parse(url).user
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            grant_to_service(using="default")
