"""Effects of steps: what each changes in the archive and asks of other modules."""

from collections.abc import Callable

from dianke.application.service_orders import (
    batch,
    connecting,
    final_bill,
    generation,
    leaving,
    opening,
    planning,
    removal,
    settling,
)
from dianke.application.service_orders.of_kinds import find_effect_of_kind
from dianke.application.service_orders.work import Work
from dianke.domain.service_orders.operations import spells


def find_effect_of_step(kind: str, step: str) -> Callable[[Work], None] | None:
    """Return what a step of a kind changes, None where it changes nothing."""
    return find_effect_of_kind(kind, step) or _EFFECTS.get(step)


def _seal(work: Work) -> None:
    spells.seal(order=work.order, actor=work.actor, at=work.at)


def _unseal(work: Work) -> None:
    spells.unseal(order=work.order, actor=work.actor, at=work.at)


# What a step changes or asks of other modules, whatever the kind that comes to it.
_EFFECTS: dict[str, Callable[[Work], None]] = {
    "seal": _seal,
    "unseal": _unseal,
    "check_debts": settling.check_debts,
    "sign_contract": opening.require_contract,
    "prove_no_use": leaving.prove_no_use,
    "remove_meter": leaving.remove_meters,
    "remove_temporarily": removal.remove_temporarily,
    "reinstall": removal.reinstall,
    "draft_plan": planning.draft_plan,
    "answer_plan": planning.answer_plan,
    "confirm_plan": planning.confirm_plan,
    "collect_fee": planning.collect_fee,
    "sign_dispatch_agreement": connecting.require_dispatch_agreement,
    "sign_dual_agreement": connecting.require_dual_agreement,
    "install_meter": connecting.install_meters,
    "energise": connecting.energise,
    "exchange_meter": generation.exchange_meters,
    "join_grid": generation.join_grid,
    "open_parts": batch.open_parts,
    "finish_parts": batch.finish_parts,
    "read_final": final_bill.read_final,
    "bill_final": final_bill.bill_final,
    "issue_final": final_bill.issue_final,
    "settle": settling.settle,
    "refund": settling.refund,
    "open_account": opening.open_account,
    "end_contract": leaving.end_contracts,
    "archive_closing": leaving.require_closed,
    "archive": leaving.archive,
    "file_claim": settling.file_claim,
}
