"""Fee control: agreements and exemptions by two persons, orders by three, what nights and minutes do."""

from dianke.application.fee_control.agreements import (
    approve_agreement,
    approve_exemption,
    end_agreement,
    end_exemption,
    open_evidence,
    propose_agreement,
    propose_exemption,
    refuse_agreement,
    refuse_exemption,
    withdraw_agreement,
    withdraw_exemption,
)
from dianke.application.fee_control.minutes import Minute, run_minute
from dianke.application.fee_control.nights import Night, run_night
from dianke.application.fee_control.orders import (
    approve_order,
    propose_order,
    record_by_hand,
    record_written_notice,
    refuse_order,
    release_order,
    withdraw_order,
)

VIEW, AGREE, APPROVE_AGREEMENTS = "fee_control.view", "fee_control.agree", "fee_control.approve_agreements"
ORDER, APPROVE, OPERATE = "fee_control.order", "fee_control.approve", "fee_control.operate"
APPROVE_IMPORTANT = "fee_control.approve_important"

__all__ = [
    "AGREE",
    "APPROVE",
    "APPROVE_AGREEMENTS",
    "APPROVE_IMPORTANT",
    "OPERATE",
    "ORDER",
    "VIEW",
    "Minute",
    "Night",
    "approve_agreement",
    "approve_exemption",
    "approve_order",
    "end_agreement",
    "end_exemption",
    "open_evidence",
    "propose_agreement",
    "propose_exemption",
    "propose_order",
    "record_by_hand",
    "record_written_notice",
    "refuse_agreement",
    "refuse_exemption",
    "refuse_order",
    "release_order",
    "run_minute",
    "run_night",
    "withdraw_agreement",
    "withdraw_exemption",
    "withdraw_order",
]
