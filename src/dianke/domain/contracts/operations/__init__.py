"""Writes of supply contracts."""

from dianke.domain.contracts.operations.signatures import NewSignature, file_version, sign_version
from dianke.domain.contracts.operations.templates import decide_template, propose_template
from dianke.domain.contracts.operations.versions import (
    ContractNotWritten,
    NewVersion,
    VersionOutOfState,
    approve_version,
    change_version,
    end_version,
    make_contract_version,
    propose_version,
    refuse_version,
    withdraw_version,
)

__all__ = [
    "ContractNotWritten",
    "NewSignature",
    "NewVersion",
    "VersionOutOfState",
    "approve_version",
    "change_version",
    "decide_template",
    "end_version",
    "file_version",
    "make_contract_version",
    "propose_template",
    "propose_version",
    "refuse_version",
    "sign_version",
    "withdraw_version",
]
