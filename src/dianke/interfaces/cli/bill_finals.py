"""Acts of dianke bill final: look at a final bill before, ask for it, take it back, show how it stands."""

import argparse
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from dianke.application import final_bills
from dianke.application.bill_documents.structured import SEE_WHOLE
from dianke.application.final_bills import FinalRequest, MeterValues
from dianke.domain.billing.models import FinalBilling
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import finals as queries
from dianke.domain.billing.types import FinalKind, RunStatus
from dianke.domain.readings.types import REGISTER_COLUMNS
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.kernel.masks import mask_name
from dianke.kernel.money import format_yuan
from dianke.platform.identity.types import Actor

VIEW = "billing.view"


class MarkedMeterNotRead(DomainError):
    """A meter is called estimated or rolled over and has no reading."""

    code = "billing.marked_meter_not_read"
    message = "give the readings of meter {meter} with --reading"


def add_acts(steps: Any) -> list[argparse.ArgumentParser]:
    """Add the acts to the command and return them, for all take the same options besides."""
    final = steps.add_parser("final", help="final bills of accounts that are closed or handed over")
    acts = final.add_subparsers(dest="act", required=True)
    for name, text in (
        ("preview", "print what a final bill would come to; nothing is stored"),
        ("ask", "ask for a final bill; its run waits for review and issue by others"),
    ):
        act = acts.add_parser(name, help=text)
        _add_order(act)
    acts.choices["ask"].add_argument(
        "--expected", type=_read_fen, metavar="YUAN", help="what the preview came to; anything else is refused"
    )
    for name, text in (
        ("show", "print a final bill, how it stands, and its bills"),
        ("withdraw", "take a final bill back before it is issued; its readings stay"),
    ):
        acts.add_parser(name, help=text).add_argument("number", help="for example ZJ-000001")
    return list(acts.choices.values())


def _add_order(act: argparse.ArgumentParser) -> None:
    act.add_argument("--account", required=True, help="number of the account")
    act.add_argument("--kind", required=True, choices=[kind.value for kind in FinalKind])
    act.add_argument("--date", required=True, type=date.fromisoformat, help="the final day, no longer billed")
    act.add_argument("--reason", required=True)
    act.add_argument("--to", default="", help="number of the customer who takes over, for a hand-over")
    act.add_argument(
        "--reading",
        action="append",
        default=[],
        type=_read_register,
        metavar="METER:REGISTER=VALUE",
        help="what a register shows on the final day; once for every register of every meter",
    )
    act.add_argument("--estimated", action="append", default=[], metavar="METER", help="its reading is estimated")
    act.add_argument("--estimate-reason", default="")
    act.add_argument("--rolled-over", action="append", default=[], metavar="METER", help="passed its last digit")


def run(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    """Carry out an act and return what to print."""
    return _ACTS[options.act](actor, options)


def _read_number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        msg = f"{text} is no number"
        raise argparse.ArgumentTypeError(msg)
    return value


def _read_fen(text: str) -> int:
    fen = _read_number(text).scaleb(2)
    if fen != fen.to_integral_value():
        msg = f"{text} has more than two decimals"
        raise argparse.ArgumentTypeError(msg)
    return int(fen)


def _read_register(text: str) -> tuple[str, str, Decimal]:
    meter, colon, rest = text.rpartition(":")
    register, equals, value = rest.partition("=")
    if not (meter and colon and equals) or register not in REGISTER_COLUMNS:
        msg = f"{text} is not METER:REGISTER=VALUE with a register of {', '.join(REGISTER_COLUMNS)}"
        raise argparse.ArgumentTypeError(msg)
    return meter, register, _read_number(value)


def _to_request(options: argparse.Namespace) -> FinalRequest:
    values: dict[str, dict[str, Decimal]] = {}
    for meter, register, value in options.reading:
        values.setdefault(meter, {})[register] = value
    for meter in (*options.estimated, *options.rolled_over):
        if meter not in values:
            raise MarkedMeterNotRead(field="reading", meter=meter)
    return FinalRequest(
        account=options.account,
        kind=FinalKind(options.kind),
        final_date=options.date,
        reason=options.reason,
        readings=[
            MeterValues(
                meter=meter,
                values=shown,
                is_estimated=meter in options.estimated,
                rolled_over=meter in options.rolled_over,
            )
            for meter, shown in values.items()
        ],
        estimate_reason=options.estimate_reason,
        new_customer=options.to,
    )


def _preview(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    found = final_bills.preview_final(
        actor=actor,
        account_number=options.account,
        order=final_bills.read_order(actor=actor, request=_to_request(options)),
        at=SystemClock().now(),
    )
    return {
        "account": options.account,
        "period": f"{found.start}/{found.end}",
        "bills": [
            {
                "usage_point": one.point_code,
                "energy_kwh": f"{Decimal(one.bill.energy_kwh_e2).scaleb(-2).normalize():f}",
                "amount": format_yuan(one.bill.amount_fen),
            }
            for one in found.bills
        ],
        "amount": format_yuan(found.amount_fen),
    }


def _ask(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    final = final_bills.ask_final(
        actor=actor,
        account_number=options.account,
        order=final_bills.read_order(actor=actor, request=_to_request(options)),
        at=SystemClock().now(),
        expected_fen=options.expected,
    )
    return _describe(actor, final)


def _show(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    return _describe(actor, queries.get_final_by_number(actor=actor.within(VIEW), number=options.number))


def _withdraw(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    within = actor.within(final_bills.RIGHT)
    key = queries.get_final_by_number(actor=within, number=options.number).pk
    return _describe(actor, final_bills.withdraw_final(actor=actor, key=key))


def _describe(actor: Actor, final: FinalBilling) -> dict[str, Any]:
    is_issued = final.run.status == RunStatus.ISSUED.value
    rows = bill_queries.filter_run(actor=actor, run_id=final.run_id, is_issued=is_issued).order_by("id")
    bills, is_whole = list(rows), actor.may(SEE_WHOLE, final.unit.path)
    return {
        "number": final.number,
        "account": final.account.number,
        "kind": final.kind,
        "state": final.state,
        "date": f"{final.final_date}",
        "customer": final.customer_name if is_whole else mask_name(final.customer_name),
        "new_customer": final.new_customer.number if final.new_customer else "",
        "run": final.run.number,
        "opening_run": final.opening_run.number if final.opening_run else "",
        "bills": [
            {
                "number": bill.number if is_issued else "",
                "period": f"{bill.period_start}/{bill.period_end}",
                "energy_kwh": f"{Decimal(bill.energy_kwh_e2).scaleb(-2).normalize():f}",
                "amount": format_yuan(bill.amount_fen),
            }
            for bill in bills
        ],
        "amount": format_yuan(sum(bill.amount_fen for bill in bills)),
    }


_ACTS: dict[str, Callable[[Actor, argparse.Namespace], dict[str, Any]]] = {
    "preview": _preview,
    "ask": _ask,
    "show": _show,
    "withdraw": _withdraw,
}
