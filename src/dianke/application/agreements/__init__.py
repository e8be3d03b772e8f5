"""Instalments, staged settlement and guarantees: one person proposes, another decides; the night judges and reminds."""

from dianke.application.agreements.guarantees import (
    ask_guarantee_change,
    decide_guarantee_change,
    open_guarantee_paper,
    record_guarantee,
)
from dianke.application.agreements.nights import AgreementNight, run_agreement_night
from dianke.application.agreements.orders import (
    APPROVE,
    PROPOSE,
    VIEW,
    approve_agreement,
    ask_agreement_end,
    decide_agreement_end,
    may_approve,
    propose_agreement,
    refuse_agreement,
    withdraw_agreement,
)
from dianke.application.agreements.papers import write_agreement
from dianke.application.agreements.stages import (
    announce_stages,
    approve_staged_terms,
    make_stage_requests,
    propose_staged_terms,
    refuse_staged_terms,
    withdraw_staged_terms,
)

__all__ = [
    "APPROVE",
    "PROPOSE",
    "VIEW",
    "AgreementNight",
    "announce_stages",
    "approve_agreement",
    "approve_staged_terms",
    "ask_agreement_end",
    "ask_guarantee_change",
    "decide_agreement_end",
    "decide_guarantee_change",
    "make_stage_requests",
    "may_approve",
    "open_guarantee_paper",
    "propose_agreement",
    "propose_staged_terms",
    "record_guarantee",
    "refuse_agreement",
    "refuse_staged_terms",
    "run_agreement_night",
    "withdraw_agreement",
    "withdraw_staged_terms",
    "write_agreement",
]
