"""Gateways and agents: who they are and their keys, payment orders, call-backs, files of days."""

from dianke.application.acquirers.acquirers import (
    add_acquirer,
    change_own_key,
    end_key,
    open_acquirer,
    propose_key,
    refuse_key,
    release_key,
)
from dianke.application.acquirers.call_backs import finish_call_backs, take_call_back
from dianke.application.acquirers.files import book_file, bring_file
from dianke.application.acquirers.orders import close_order, expire_orders, make_order

VIEW, ORDER, RECONCILE, RELEASE = (
    "payments.view", "payments.order", "payments.reconcile", "payments.release_files",
)  # fmt: skip

__all__ = [
    "ORDER",
    "RECONCILE",
    "RELEASE",
    "VIEW",
    "add_acquirer",
    "book_file",
    "bring_file",
    "change_own_key",
    "close_order",
    "end_key",
    "expire_orders",
    "finish_call_backs",
    "make_order",
    "open_acquirer",
    "propose_key",
    "refuse_key",
    "release_key",
    "take_call_back",
]
