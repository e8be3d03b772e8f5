"""What begins an account, with who takes it over or with a supply that was switched on: its contract, its opening."""

from dianke.application.service_orders import connecting, leaving
from dianke.application.service_orders.work import Work
from dianke.domain.service_orders.rules.case import NEW_SUPPLIES


def open_account(work: Work) -> None:
    """Open the account of a new supply, or confirm that one belongs to its taker."""
    if work.order.kind in NEW_SUPPLIES:
        connecting.open_account(work)
    else:
        leaving.open_account(work)


def require_contract(work: Work) -> None:
    """Refuse to go on until the contract of the order is signed by both sides."""
    if work.order.kind in NEW_SUPPLIES:
        connecting.require_supply_contract(work)
    else:
        leaving.require_contract(work)
