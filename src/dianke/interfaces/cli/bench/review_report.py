"""What a review found beside what was seeded: a row a code, and the clean bills."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from dianke.interfaces.cli.bench.seeded.errors import ERRORS
from dianke.interfaces.cli.bench.seeded.points import SeededFleet


def report(
    fleet: SeededFleet, *, found: Iterable[tuple[int, str, bool]], unbilled: Mapping[int, str]
) -> dict[str, Any]:
    """
    Return the table of codes and the figures of the clean bills.

    `found` lists serial, code and whether it wants a decision (information does not); `unbilled` names the fault
    of points that were never reviewed.
    """
    by_point: dict[int, set[str]] = defaultdict(set)
    noted: dict[int, set[str]] = defaultdict(set)
    for serial, code, wants_decision in found:
        (by_point if wants_decision else noted)[serial].add(code)
    codes = {kind.code: _row(fleet, kind.code, kind.is_deterministic, by_point, noted, unbilled) for kind in ERRORS}
    deterministic = [row for row in codes.values() if row["deterministic"]]
    billed_clean = fleet.clean - set(unbilled)
    flagged = billed_clean & set(by_point)
    return {
        "random_seed": fleet.random_seed,
        "points": len(fleet.points),
        "seeded": len(fleet.seeds),
        "deterministic_missed": sum(row["missed"] for row in deterministic),
        "clean_bills": len(billed_clean),
        "clean_flagged": len(flagged),
        "clean_flagged_share": round(len(flagged) / max(len(billed_clean), 1), 5),
        "clean_noted": len(billed_clean & set(noted)),
        "clean_unbilled": dict(sorted(Counter(unbilled[one] for one in fleet.clean & set(unbilled)).items())),
        "clean_flagged_by_kind": _count_kinds(fleet, flagged),
        "codes": codes,
    }


def _row(
    fleet: SeededFleet,
    code: str,
    is_deterministic: bool,
    by_point: Mapping[int, set[str]],
    noted: Mapping[int, set[str]],
    unbilled: Mapping[int, str],
) -> dict[str, Any]:
    mine = [seed for seed in fleet.seeds if seed.code == code]
    seeded = [seed.serial for seed in mine]
    hit = [one for one in seeded if code in by_point.get(one, ()) or code in noted.get(one, ())]
    stopped = [seed.serial for seed in mine if seed.fault and unbilled.get(seed.serial) == seed.fault]
    missed = [one for one in seeded if one not in hit and one not in stopped]
    others = {seed.serial for seed in fleet.seeds if seed.code != code}
    flagged = {one for one, codes in by_point.items() if code in codes}
    return {
        "deterministic": is_deterministic,
        "seeded": len(seeded),
        "found": len(hit),
        # The calculation refused the bill, so that there was nothing to review.
        "found_as_fault": len(stopped),
        "missed": len(missed),
        # Missed by its own name, and yet not issued unseen.
        "missed_but_flagged": sum(one in by_point for one in missed),
        "flagged_clean": len(flagged & fleet.clean),
        "flagged_otherwise": len(flagged & (others | fleet.touched) - set(seeded)),
        "noted_clean": sum(code in codes for one, codes in noted.items() if one in fleet.clean),
        "missed_points": missed[:5],
    }


def _count_kinds(fleet: SeededFleet, serials: Iterable[int]) -> dict[str, int]:
    kinds = {point.serial: point.kind for point in fleet.points}
    return dict(sorted(Counter(kinds[serial] for serial in serials).items()))
