"""Supply contracts from the facts of an account to the file: one person drafts, another approves, both sides sign."""

from dianke.application.contracts.orders import (
    approve_contract,
    change_contract,
    draft_contract,
    end_contract,
    file_contract,
    propose_contract,
    refuse_contract,
    renew_contract,
    withdraw_contract,
)
from dianke.application.contracts.papers import write_contract
from dianke.application.contracts.signing import (
    SimulatedSigner,
    open_signed_copy,
    prove_signatures,
    sign_on_paper,
    sign_with_key,
)
from dianke.application.contracts.templates import approve_template, propose_template, refuse_template

__all__ = [
    "SimulatedSigner",
    "approve_contract",
    "approve_template",
    "change_contract",
    "draft_contract",
    "end_contract",
    "file_contract",
    "open_signed_copy",
    "propose_contract",
    "propose_template",
    "prove_signatures",
    "refuse_contract",
    "refuse_template",
    "renew_contract",
    "sign_on_paper",
    "sign_with_key",
    "withdraw_contract",
    "write_contract",
]
