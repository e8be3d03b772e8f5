"""Numbers of earlier systems, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from dianke.domain.customers.models import AccountAlias
from dianke.domain.customers.operations.reaching import require_accounts
from dianke.platform.database.bulk import insert_rows
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlias:
    """A number that an account bore before, and in which system."""

    account_id: int
    number: str
    origin: str = ""


def add_aliases(*, actor: Actor, aliases: Sequence[NewAlias]) -> list[AccountAlias]:
    """
    Note numbers that accounts bore before, all or none.

    :raises CustomerOutOfReach: if an account is not within the actor's units
    """
    require_accounts(actor=actor, ids={new.account_id for new in aliases})
    rows = [AccountAlias(account_id=new.account_id, number=new.number, origin=new.origin) for new in aliases]
    return insert_rows(rows)
