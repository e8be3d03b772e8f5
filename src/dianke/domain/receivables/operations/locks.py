"""Lock the accounts of customers whose money is about to move: always in the order of their keys."""

from collections.abc import Collection

from django.db import connection

from dianke.domain.receivables.queries.arrays import write_integers
from dianke.kernel.errors import DomainError

_LOCK = "select id, unit_id from customers_customeraccount where id = any(%s::bigint[]) order by id for no key update"


class CustomerAccountUnknown(DomainError):
    """There is no account of the key."""

    code = "receivables.customer_account_unknown"
    message = "there is no customer account {account}"


def lock_accounts(keys: Collection[int]) -> dict[int, int]:
    """
    Hold accounts until the transaction ends and return the unit of each; who only reads them is not kept waiting.

    :raises CustomerAccountUnknown: if one of them does not exist
    """
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [write_integers(sorted(set(keys)))])
        found: dict[int, int] = dict(cursor.fetchall())
    missing = set(keys) - set(found)
    if missing:
        raise CustomerAccountUnknown(field="account", account=min(missing))
    return found


def lock_payment(key: int) -> None:
    """Hold a payment until the transaction ends: its row is never changed and cannot be locked itself."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [key])
