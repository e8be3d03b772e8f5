"""Batches of new supplies: an estate is applied for with a list and connected flat by flat, or all together."""

from dianke.application.batch_supplies.accepting import BatchFileFaulty, PlaceMissing, accept_batch
from dianke.application.batch_supplies.contracts import (
    approve_part_contracts,
    draft_part_contracts,
    sign_part_contracts,
)
from dianke.application.batch_supplies.work import (
    AT_ONCE,
    Progress,
    archive_parts,
    energise_parts,
    install_parts,
    name_meters,
    open_part_accounts,
    sign_parts,
)

__all__ = [
    "AT_ONCE",
    "BatchFileFaulty",
    "PlaceMissing",
    "Progress",
    "accept_batch",
    "approve_part_contracts",
    "archive_parts",
    "draft_part_contracts",
    "energise_parts",
    "install_parts",
    "name_meters",
    "open_part_accounts",
    "sign_part_contracts",
    "sign_parts",
]
