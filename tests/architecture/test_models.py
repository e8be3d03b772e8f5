"""Every table answers to an actor only, and keys between tables point down the module order."""

import pytest
from django.apps import apps
from django.db import models

from dianke.platform.org.scoping import QueryWithoutActor

PLATFORM = [
    "org",
    "identity",
    "audit",
    "documents",
    "protection",
    "preferences",
    "import_batches",
    "api_access",
    "outbox",
    "links",
]
DOMAIN = [
    "customers", "network", "metering", "tariffs", "contracts", "readings", "billing", "receivables", "channels",
    "collection", "fee_control", "invoicing", "service_orders", "credit", "valuation", "load_shapes", "profiles",
    "watching", "audits",
]  # fmt: skip
ORDER = ["database", *PLATFORM, *DOMAIN]
OURS = [model for model in apps.get_models() if model._meta.app_label in ORDER]


def test_every_model_of_ours_is_walked() -> None:
    assert len(OURS) > 30


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_query_without_an_actor_raises(model: type[models.Model]) -> None:
    manager = model._default_manager

    ways = (
        lambda: list(manager.all()),
        manager.count,
        manager.all().exists,
        lambda: manager.all().update(),
        lambda: manager.all().delete(),
    )

    for ask in ways:
        with pytest.raises(QueryWithoutActor):
            ask()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_keys_point_down_the_module_order(model: type[models.Model]) -> None:
    own = ORDER.index(model._meta.app_label)

    above = [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model._meta.app_label in ORDER
        and ORDER.index(field.related_model._meta.app_label) > own
    ]

    assert above == []
