"""The brake against flapping: the first rating, standing candidates, far beyond a border, held classes."""

import numpy as np

from dianke.domain.valuation.rules.brake import NONE, REASONS, Braked, Standing, apply_brake, begin_standing
from dianke.domain.valuation.rules.policy import Brake

VIP, MAIN, ORDINARY, SMALL = range(4)
TERMS = Brake(up_months=2, down_months=3, up_beyond_percent=20, down_beyond_percent=30)
BORDERS = (1000, 500, 100, None)


def brake(candidate: int, before: Standing, *, amount: int = 510, held: int = NONE, is_next: bool = True) -> Braked:
    return apply_brake(
        np.array([candidate], dtype=np.int8), before, amount_fen=np.array([amount]), borders=BORDERS, terms=TERMS,
        held=np.array([held], dtype=np.int8), is_next_month=is_next,
    )  # fmt: skip


def standing(in_force: int, stood: int = NONE, months: int = 0) -> Standing:
    return Standing(*(np.array([one], dtype=np.int8) for one in (in_force, stood, months)))


def tell(found: Braked) -> tuple[int, str]:
    return int(found.standing.in_force[0]), REASONS[found.reasons[0]].value


def run(candidates: list[int], before: Standing, amount: int) -> list[tuple[int, str]]:
    found = []
    for one in candidates:
        braked = brake(one, before, amount=amount)
        before = braked.standing
        found.append(tell(braked))
    return found


def test_the_first_rating_takes_at_once() -> None:
    assert tell(brake(SMALL, begin_standing(1))) == (SMALL, "FIRST")


def test_the_same_class_stays_and_nothing_stands() -> None:
    found = brake(MAIN, standing(MAIN, VIP, 1))

    assert tell(found) == (MAIN, "SAME")
    assert found.standing.stood_months[0] == 0


def test_a_rise_waits_one_month_and_takes_in_the_second() -> None:
    assert run([MAIN, MAIN, MAIN], standing(ORDINARY), 510) == [(ORDINARY, "WAITS"), (MAIN, "STOOD"), (MAIN, "SAME")]


def test_a_fall_takes_in_the_third_month() -> None:
    before = standing(MAIN)

    assert run([ORDINARY] * 3, before, 480) == [(MAIN, "WAITS"), (MAIN, "WAITS"), (ORDINARY, "STOOD")]


def test_who_flaps_keeps_its_class() -> None:
    found = run([ORDINARY, MAIN, ORDINARY, MAIN, ORDINARY, MAIN], standing(MAIN), 490)

    assert {place for place, _reason in found} == {MAIN}


def test_far_above_the_border_takes_at_once() -> None:
    assert tell(brake(MAIN, standing(ORDINARY), amount=599)) == (ORDINARY, "WAITS")
    assert tell(brake(MAIN, standing(ORDINARY), amount=600)) == (MAIN, "PASSED_BORDER")


def test_far_below_the_border_takes_at_once() -> None:
    assert tell(brake(ORDINARY, standing(MAIN), amount=351)) == (MAIN, "WAITS")
    assert tell(brake(ORDINARY, standing(MAIN), amount=350)) == (ORDINARY, "PASSED_BORDER")


def test_of_candidates_that_differ_the_mildest_takes() -> None:
    found = run([VIP, MAIN], standing(ORDINARY), 550)

    assert found == [(ORDINARY, "WAITS"), (MAIN, "STOOD")]


def test_another_side_begins_to_stand_anew() -> None:
    found = brake(SMALL, standing(ORDINARY, MAIN, 1), amount=99)

    assert tell(found) == (ORDINARY, "WAITS")
    assert found.standing.stood_months[0] == 1


def test_a_month_without_a_rating_begins_to_stand_anew() -> None:
    assert tell(brake(MAIN, standing(ORDINARY, MAIN, 1), is_next=False)) == (ORDINARY, "WAITS")


def test_an_appeal_holds_its_class_whatever_the_pyramid_says() -> None:
    assert tell(brake(SMALL, standing(SMALL), amount=1, held=VIP)) == (VIP, "HELD")
