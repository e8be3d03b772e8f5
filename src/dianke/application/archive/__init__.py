"""The archive as people work on it: customers, equipment, meters."""

from dianke.application.archive.customers import add_account, add_customer, add_location
from dianke.application.archive.metering import (
    add_usage_point,
    change_ratio,
    exchange_meter,
    install_meter,
    register_meter,
    remove_meter,
)
from dianke.application.archive.network import (
    add_area,
    add_feeder,
    add_substation,
    add_transformer,
    set_transformer_state,
)

__all__ = [
    "add_account",
    "add_area",
    "add_customer",
    "add_feeder",
    "add_location",
    "add_substation",
    "add_transformer",
    "add_usage_point",
    "change_ratio",
    "exchange_meter",
    "install_meter",
    "register_meter",
    "remove_meter",
    "set_transformer_state",
]
