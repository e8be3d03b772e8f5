"""dianke shapes: sort load curves into kinds, tell what the last run found, measure on a public file of real homes."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

DONE = 0


def run(argv: list[str]) -> int:
    """Carry out one step; each prints one JSON object."""
    options = _parse(argv)
    if options.step != "yardstick":
        from dianke.interfaces.cli.main import prepare_django

        prepare_django()
    print(json.dumps(_STEPS[options.step](options), ensure_ascii=False, indent=1))
    return DONE


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke shapes", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    sorting = steps.add_parser("run", help="sort the curves of eight weeks into kinds")
    sorting.add_argument("--until", type=date.fromisoformat, help="the day after the last; without it the newest")
    steps.add_parser("report", help="tell what the last run found")
    yardstick = steps.add_parser("yardstick", help="measure how stable the kinds of real homes are, by draws")
    yardstick.add_argument("file", type=Path, help="consumption (Parquet): vid, iso_week, slot, kwh")
    yardstick.add_argument("--draws", type=int, default=20, help="how often the homes are drawn again")
    return parser.parse_args(argv)


def _sort(options: argparse.Namespace) -> dict[str, Any]:
    from django.conf import settings

    from dianke.application import load_shapes
    from dianke.application.load_shapes.runs import find_end
    from dianke.kernel.clock import SystemClock, to_shanghai

    root, now = settings.DATA_DIR / "intervals", SystemClock().now()
    end = options.until or find_end(root, to_shanghai(now).date())
    if end is None:
        return {"run": None}
    return _tell(load_shapes.make_shapes(actor=_act(), root=root, end=end, at=now))


def _report(_options: argparse.Namespace) -> dict[str, Any]:
    from dianke.domain.load_shapes.queries.runs import get_last_run

    run_ = get_last_run(actor=_act())
    return _tell(run_) if run_ else {"run": None}


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    from pyarrow import parquet

    from dianke.engine.load_shapes.yardstick import COLUMNS, measure_homes

    table = parquet.read_table(options.file, columns=list(COLUMNS))
    return measure_homes({name: table[name].to_numpy() for name in COLUMNS}, draws=options.draws)


def _tell(run_: Any) -> dict[str, Any]:
    from dianke.domain.load_shapes.queries.runs import list_shapes

    names = (
        "verdict", "point_count", "learned_count", "left_out_count", "day_count", "kind_count", "rand_mean_e4",
        "rand_least_e4", "davies_bouldin_e4", "tried",
    )  # fmt: skip
    shapes = list_shapes(actor=_act(), run=run_)
    return {
        "first_day": run_.first_day.isoformat(),
        "end_day": run_.end_day.isoformat(),
        **{name: getattr(run_, name) for name in names},
        "shapes": [{"rank": one.rank, "name": one.name, "points": one.count} for one in shapes],
    }


def _act() -> Any:
    from dianke.platform.identity.types import Actor

    return Actor.system("load shapes at the command line")


_STEPS = {"run": _sort, "report": _report, "yardstick": _measure}
