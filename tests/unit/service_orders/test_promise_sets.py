import pytest

from dianke.domain.service_orders.rules.promise_sets import (
    PromiseNotInSet,
    UnknownPromiseSet,
    get_promise,
    load_promise_book,
)
from dianke.domain.service_orders.types import PromiseUnit

BOOK = load_promise_book()
WD, DAY, HOUR, MINUTE = PromiseUnit.WORKING_DAY, PromiseUnit.DAY, PromiseUnit.HOUR, PromiseUnit.MINUTE


class TestPromiseBook:
    def test_holds_the_five_sets(self):
        assert list(BOOK.sets) == ["SLA-SEED", "SLA-2009", "SLA-SG2011", "SLA-SG2023", "SLA-CSG"]

    @pytest.mark.parametrize(
        ("promise_set", "promise", "amount", "unit"),
        [
            ("SLA-SEED", "plan.high_single", 20, WD),
            ("SLA-SEED", "plan.high_dual", 30, WD),
            ("SLA-SEED", "meter_test", 7, DAY),
            ("SLA-2009", "plan.residential", 3, WD),
            ("SLA-2009", "plan.low_voltage", 8, WD),
            ("SLA-2009", "plan.high_single", 20, WD),
            ("SLA-2009", "plan.high_dual", 45, WD),
            ("SLA-2009", "connect.high_voltage", 7, WD),
            ("SLA-2009", "design_review.high_voltage", 20, WD),
            ("SLA-SG2011", "plan.residential", 3, WD),
            ("SLA-SG2011", "plan.low_voltage", 7, WD),
            ("SLA-SG2011", "plan.high_single", 15, WD),
            ("SLA-SG2011", "plan.high_dual", 30, WD),
            ("SLA-SG2011", "connect.residential", 3, WD),
            ("SLA-SG2011", "complaint.contact", 1, WD),
            ("SLA-SG2011", "complaint.answer", 7, WD),
            ("SLA-SG2011", "meter_test", 5, WD),
            ("SLA-SG2011", "reconnect", 24, HOUR),
            ("SLA-SG2023", "whole.residential", 5, WD),
            ("SLA-SG2023", "whole.low_voltage", 6, WD),
            ("SLA-SG2023", "whole.high_single", 22, WD),
            ("SLA-SG2023", "whole.high_dual", 32, WD),
            ("SLA-SG2023", "complaint.contact", 24, HOUR),
            ("SLA-SG2023", "complaint.answer", 5, WD),
            ("SLA-SG2023", "restore.rural", 4, HOUR),
            ("SLA-CSG", "plan.residential", 2, WD),
            ("SLA-CSG", "connect.residential", 2, WD),
            ("SLA-CSG", "reconnect", 12, HOUR),
        ],
    )
    def test_holds_the_published_figures(self, promise_set: str, promise: str, amount: int, unit: PromiseUnit):
        figure = get_promise(BOOK, promise_set=promise_set, promise=promise)

        assert (figure.amount, figure.unit) == (amount, unit)

    @pytest.mark.parametrize("promise_set", list(BOOK.sets))
    def test_promises_repair_crews_and_call_backs_in_every_set(self, promise_set: str):
        promises = BOOK.sets[promise_set].promises

        lengths = {code: (promises[code].amount, promises[code].unit) for code in promises}

        assert lengths["repair.urban"] == (45, MINUTE)
        assert lengths["repair.rural"] == (90, MINUTE)
        assert lengths["repair.remote"] == (120, MINUTE)
        assert lengths["callback"] == (24, HOUR)

    def test_names_and_grades_every_figure(self):
        figures = [figure for promise_set in BOOK.sets.values() for figure in promise_set.promises.values()]

        assert {figure.code for figure in figures} == set(BOOK.titles)
        assert {figure.evidence for figure in figures} <= set("ABCSKP")
        assert all(figure.amount > 0 and figure.source.startswith("SRC-") for figure in figures)


class TestGetPromise:
    def test_refuses_an_unknown_set_and_lists_the_known_ones(self):
        with pytest.raises(UnknownPromiseSet, match="SLA-2009, SLA-CSG, SLA-SEED, SLA-SG2011, SLA-SG2023"):
            get_promise(BOOK, promise_set="SLA-SG", promise="callback")

    def test_refuses_what_the_set_does_not_promise(self):
        with pytest.raises(PromiseNotInSet, match=r"whole\.residential"):
            get_promise(BOOK, promise_set="SLA-SG2023", promise="plan.residential")
