"""dianke bill: the billing cycle without a browser (run, review, issue, show, replay, pdf, message, final)."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from dianke.application import bill_documents, meter_to_cash, statistics, trials
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import replay as replay_queries
from dianke.domain.billing.queries import review as review_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.queries.frozen import explain_issued, get_basis
from dianke.domain.billing.rules import explain, remedies
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.interfaces.cli import bill_finals, bill_papers
from dianke.interfaces.cli.acting import log_in
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.kernel.money import format_yuan
from dianke.platform.identity.types import Actor


class TrialNotDone(DomainError):
    """A trial ended without a report."""

    code = "billing.trial_not_done"
    message = "trial {number} is {status}: {reason}"


def run(argv: list[str]) -> int:
    """Carry out one step of the billing cycle."""
    options = _parse(argv)
    actor = log_in(options.login)
    answer = _STEPS[options.step](actor, options)
    # A report is nested too deep for lines of a terminal.
    if options.json or options.step == "trial":
        print(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
    else:
        _print(answer)
    return 0 if answer.get("equal", True) else 1


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke bill", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    for name, text in (
        ("run", "start or resume the run of a cycle's frozen month and calculate it"),
        ("pause", "let a run rest once the shards at work are done"),
        ("resume", "let a paused run go on, and calculate it"),
        ("review", "list what could not be billed and what looks wrong, by cause"),
        ("exempt", "let the suspicious bills of a cause stand, for a reason"),
        ("issue", "issue the run; refused to whoever ran it"),
    ):
        step = steps.add_parser(name, help=text)
        step.add_argument("--cycle", required=True, help="code of the reading cycle")
        step.add_argument("--month", required=True, help="YYYY-MM")
        step.add_argument("--stage", type=int, help="which reading of a month that is read several times")
        step.add_argument("--shard-size", type=int, default=5_000)
    steps.choices["exempt"].add_argument("--cause", required=True, choices=sorted(CAUSES))
    steps.choices["exempt"].add_argument("--reason", required=True)
    show = steps.add_parser(
        "show", help="print a bill; with --json as data (src/dianke/domain/billing/data/bill.schema.json)"
    )
    show.add_argument("number")
    show.add_argument("--explain", action="store_true", help="open every line into its calculation")
    replay = steps.add_parser("replay", help="compute issued bills again from their frozen inputs")
    what = replay.add_mutually_exclusive_group(required=True)
    what.add_argument("--bill", help="number of a bill")
    what.add_argument("--run", help="number of a run")
    what.add_argument("--month", help="YYYY-MM: every issued run of the month; names those still being issued")
    trial = steps.add_parser("trial", help="try another version of prices on the issued bills of a month")
    trial.add_argument("--version", type=int, required=True, help="number of a tariff version, proposed or not")
    trial.add_argument("--month", required=True, help="YYYY-MM")
    trial.add_argument("--unit", default="", help="code of a unit, with everything below it")
    trial.add_argument("--class", dest="usage_class", default="", help="one class of use, for example RESIDENTIAL")
    _add_statistics(steps)
    bill_papers.add_steps(steps)
    leaves = [step for name, step in steps.choices.items() if name != "final"]
    for step in (*leaves, *bill_finals.add_acts(steps)):
        step.add_argument("--as", dest="login", help="who acts; the password is asked for, or DIANKE_PASSWORD")
        step.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def _add_statistics(steps: Any) -> None:
    totals = steps.add_parser("statistics", help="prove that the totals of the statistics are the sums of the bills")
    totals.add_argument("--month", help="YYYY-MM; without it every month")
    totals.add_argument("--rebuild", action="store_true", help="add what is found missing to the totals")


def _run(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    run_row = _find_run(actor, options)
    if run_row is None:
        run_row = meter_to_cash.start_run(
            actor=actor,
            cycle_code=options.cycle,
            month=bill_queries.get_month(options.month),
            at=SystemClock().now(),
            shard_size=options.shard_size,
            stage=options.stage,
        )
    run_row = meter_to_cash.calculate_run(actor=actor, number=run_row.number, progress=_show_progress("calculating"))
    return _describe(actor, run_row)


def _pause(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    number = _require_run(actor, options).number
    return _describe(actor, meter_to_cash.pause_run(actor=actor, number=number))


def _resume(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    number = _require_run(actor, options).number
    meter_to_cash.resume_run(actor=actor, number=number)
    return _describe(
        actor, meter_to_cash.calculate_run(actor=actor, number=number, progress=_show_progress("calculating"))
    )


def _review(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    run_row = _require_run(actor, options)
    groups = run_queries.list_fault_groups(actor=actor, run=run_row)
    faults = run_queries.list_faults(actor=actor, run=run_row, limit=1_000)
    return {
        **_describe(actor, run_row),
        "fault_groups": [{"code": group.code, "count": group.count, "open": group.open} for group in groups],
        "faults": [
            {
                "usage_point": fault.usage_point.code,
                "account": fault.usage_point.account.number,
                "code": fault.code,
                "field": fault.field,
                "detail": fault.detail,
                "remedy": remedies.get_remedy(fault.code),
                "status": fault.status,
            }
            for fault in faults
        ],
        **_list_suspicions(actor, run_row),
    }


def _list_suspicions(actor: Actor, run_row: BillRun) -> dict[str, Any]:
    groups = review_queries.list_causes(actor=actor, run=run_row)
    rows = review_queries.filter_suspicions(actor=actor, run=run_row).order_by("code", "id")[:1_000]
    return {
        "suspicion_groups": [
            {
                "code": group.code,
                "severity": group.severity.value,
                "count": group.count,
                "open": group.open,
                "exempt": group.exempt,
                "correction_asked": group.asked,
                "remedy": CAUSES[group.code].action,
            }
            for group in groups
        ],
        "suspicions": [
            {
                "usage_point": row.usage_point.code,
                "account": row.usage_point.account.number,
                "code": row.code,
                "state": row.state,
                **row.evidence,
            }
            for row in rows
        ],
    }


def _exempt(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    run_row = _require_run(actor, options)
    exempted = meter_to_cash.exempt_suspicions(
        actor=actor, number=run_row.number, code=options.cause, reason=options.reason, at=SystemClock().now()
    )
    return {**_describe(actor, run_row), "exempted": exempted}


def _issue(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    run_row = _require_run(actor, options)
    run_row = meter_to_cash.issue_run(
        actor=actor, number=run_row.number, at=SystemClock().now(), progress=_show_progress("issuing")
    )
    return _describe(actor, run_row)


def _show(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    if options.json:
        return bill_documents.get_structured_bill(actor=actor, number=options.number)
    bill = bill_queries.get_bill_by_number(actor=actor, number=options.number)
    lines = bill_queries.list_lines(actor=actor, bill_id=bill.id)
    answer: dict[str, Any] = {
        "number": bill.number,
        "account": bill.account_number,
        "customer": bill.customer_name,
        "period": f"{bill.period_start}/{bill.period_end}",
        "lines": [
            {
                "code": line.code,
                "name": line.name,
                "quantity": f"{line.quantity.normalize():f}",
                "unit": line.unit_name,
                "price": f"{line.price.normalize():f}",
                "amount": f"{line.amount.normalize():.2f}",
                "included": line.included,
                "rule": line.rule,
            }
            for line in lines
        ],
        "total": format_yuan(bill.amount_fen),
    }
    if options.explain:
        found = explain_issued(bill, basis=get_basis(bill), lines=explain.lines_of(lines))
        answer["explanation"] = found.as_dict()
    return answer


def _replay(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    left_out: list[str] = []
    if options.bill:
        found = {options.bill: meter_to_cash.replay_bill(actor=actor, number=options.bill)}
    elif options.run:
        progress = _show_progress("computing again")
        found = {options.run: meter_to_cash.replay_run(actor=actor, number=options.run, progress=progress)}
    else:
        month = bill_queries.get_month(options.month)
        found = meter_to_cash.replay_month(actor=actor, month=month)
        left_out = replay_queries.list_runs_being_issued(actor=actor, month=month)
    return {
        "equal": all(report.is_equal for report in found.values()),
        "bills": sum(report.bills for report in found.values()),
        "lines": sum(report.lines for report in found.values()),
        "differing_bills": sum(report.differing_bills for report in found.values()),
        "differences": [
            {
                "of": number,
                "bill": difference.bill_id,
                "line": difference.code,
                "issued": f"{difference.issued.normalize():f}",
                "computed": f"{difference.computed.normalize():f}",
            }
            for number, report in found.items()
            for difference in report.differences
        ],
        # Not computed again: the issue of these has begun and not ended.
        **({"left_out": [{"run": number, "reason": "it is being issued"} for number in left_out]} if left_out else {}),
    }


def _try(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    started = trials.start_trial(
        actor=actor,
        version_id=options.version,
        month=bill_queries.get_month(options.month),
        unit_code=options.unit,
        usage_class=options.usage_class,
        at=SystemClock().now(),
    )
    trial = trials.carry_out_trial(actor=actor, number=started.number, progress=_show_progress("trying"))
    if trial.report is None:
        raise TrialNotDone(number=trial.number, status=trial.status, reason=trial.end_reason)
    return {**trial.report, "sha256": trial.report_sha256}


def _prove_statistics(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    checks = statistics.check_totals(
        actor=actor,
        month=bill_queries.get_month(options.month) if options.month else None,
        is_repaired=options.rebuild,
        progress=_show_progress("adding up", "months"),
    )
    return {
        "equal": all(check.is_repaired or not check.differing_groups for check in checks),
        "bills": sum(check.bills for check in checks),
        "amount": format_yuan(sum(check.amount_fen for check in checks)),
        "months": [
            {
                "month": f"{check.month:%Y-%m}",
                "bills": check.bills,
                "amount": format_yuan(check.amount_fen),
                "differing_groups": check.differing_groups,
                "repaired": check.is_repaired,
            }
            for check in checks
        ],
    }


def _find_run(actor: Actor, options: argparse.Namespace) -> BillRun | None:
    month = bill_queries.get_month(options.month)
    cycle_month = run_queries.get_cycle_month(actor=actor, cycle_code=options.cycle, month=month, stage=options.stage)
    return run_queries.get_live_run(actor=actor, cycle_month=cycle_month)


def _require_run(actor: Actor, options: argparse.Namespace) -> BillRun:
    run_row = _find_run(actor, options)
    if run_row is None:
        raise run_queries.RunNotFound(field="month", cycle=options.cycle, month=options.month)
    return run_row


def _describe(actor: Actor, run_row: BillRun) -> dict[str, Any]:
    totals = run_queries.get_totals(actor=actor, run=run_row)
    return {
        "run": run_row.number,
        "status": run_row.status,
        "points": totals.points,
        "bills": totals.bills,
        "faults": totals.faults,
        "faults_open": totals.faults_open,
        "suspicions_open": review_queries.count_undecided(actor=actor, run=run_row).open,
        "amount": format_yuan(totals.amount_fen),
        "shards": f"{totals.shards_done}/{totals.shards}",
    }


def _show_progress(what: str, of: str = "shards") -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(
                f"\r{what} {done}/{total} {of}",
                end="\n" if done == total else "",
                file=sys.stderr,
                flush=True,
            )

    return show


def _print(answer: dict[str, Any]) -> None:
    for key, value in answer.items():
        if key == "explanation":
            _print_explanation(value)
        elif isinstance(value, list):
            print(f"{key}:")
            for row in value:
                print("  " + "  ".join(f"{name}={cell}" for name, cell in row.items() if cell not in ("", None)))
        else:
            print(f"{key}: {value}")


def _print_explanation(explanation: dict[str, Any]) -> None:
    for opened in explanation["lines"]:
        line = opened["line"]
        print(f"\n{line['code']}  {line['amount']:.2f}" + ("  (included)" if line["included"] else ""))
        for number, step in enumerate(opened["steps"], 1):
            parts = [f"{part['name'] or part['code']} {part['value']}" for part in step["parts"]]
            shown = " + ".join([step["expression"], *parts] if step["expression"] else parts)
            result = f"= {step['result']} {step['unit']}".strip()
            about = f"{step['rule']} {step['note']} {step['about']}"
            print(f"  {number} {step['kind']:<12}{shown} {result}  {about}".rstrip())
    equal = "equal to the fen" if explanation["is_equal"] else f"different: {explanation['differences']}"
    print(f"\ncomputed again from the frozen case: {explanation['recomputed_total']}, {equal}")


_STEPS: dict[str, Callable[[Actor, argparse.Namespace], dict[str, Any]]] = {
    "run": _run,
    "pause": _pause,
    "resume": _resume,
    "review": _review,
    "exempt": _exempt,
    "issue": _issue,
    "show": _show,
    "replay": _replay,
    "trial": _try,
    "statistics": _prove_statistics,
    "pdf": bill_papers.write_pdf,
    "message": bill_papers.show_messages,
    "final": bill_finals.run,
}
