"""Kinds of order, their steps and papers, beside the drawings that run them."""

import re
from datetime import date
from importlib import resources

import pytest

from dianke.domain.service_orders.rules.catalog import Need, list_materials, load_kinds, read_kinds, read_materials
from dianke.domain.service_orders.rules.promise_sets import load_promise_book
from dianke.domain.service_orders.rules.rule_sets import OrderRulesUnreadable
from dianke.domain.service_orders.types import OrderKind, PauseReason

DATA = resources.files("dianke.domain.service_orders.rules") / "data"
DRAWINGS = resources.files("dianke.domain.service_orders") / "processes"
KINDS, MATERIALS = ((DATA / name).read_text("utf-8") for name in ("kinds.toml", "materials.toml"))
STEP = re.compile(r'<userTask id="(\w+)" name="([^"]+)"')
PART = re.compile(r'calledElement="(\w+)"')
ON = date(2024, 7, 1)


def list_drawn_steps(process: str) -> dict[str, str]:
    text = (DRAWINGS / f"{process}.bpmn").read_text("utf-8")
    steps = dict(STEP.findall(text))
    for part in PART.findall(text):
        steps |= list_drawn_steps(part)
    return steps


class TestKinds:
    @pytest.mark.parametrize(
        "kind",
        [
            "SUPPLY_HIGH_SINGLE",
            "SUPPLY_HIGH_DUAL",
            "SUPPLY_RESIDENT",
            "SUPPLY_LOW",
            "TEMPORARY",
            "CHARGING_PILE",
            "SOLAR",
            "BATCH",
            "SUSPEND",
            "RESUME",
            "TRANSFER",
            "CLOSE",
            "CLOSE_FORCED",
            "REMOVE",
            "REINSTALL",
            "SPLIT",
            "MERGE",
        ],
    )
    def test_have_the_steps_that_are_drawn(self, kind):
        steps = {step.code for step in load_kinds()[OrderKind(kind)].steps}

        assert steps == set(list_drawn_steps(f"{kind.lower()}_v1"))

    def test_name_promises_that_there_are(self):
        kinds = load_kinds().values()
        named = {code for kind in kinds for code in (kind.whole, kind.plan, *(step.promise for step in kind.steps))}

        assert named - {None} <= set(load_promise_book().titles)

    def test_stop_the_clock_while_the_customer_designs(self):
        steps = {step.code: step for step in load_kinds()[OrderKind.SUPPLY_HIGH_SINGLE].steps}

        assert steps["design"].pause is PauseReason.CUSTOMER_DESIGN
        assert steps["review_design"].pause is None
        assert all(step.pause is not None for step in steps.values() if step.post == "CUSTOMER")

    @pytest.mark.parametrize(
        ("before", "after"),
        [("order-kinds/v1", "v2"), ("SUSPEND = {", "# {"), ('"part:check"', '"part:none"'), ("CUSTOMER_DESIGN", "NAP")],
    )
    def test_are_read_whole_or_not_at_all(self, before, after):
        with pytest.raises(OrderRulesUnreadable):
            read_kinds(KINDS.replace(before, after))


class TestMaterials:
    def test_are_dated(self):
        before = {paper.code for paper in list_materials(kind=OrderKind.INCREASE, on=date(2014, 2, 28))}
        after = {paper.code for paper in list_materials(kind=OrderKind.INCREASE, on=date(2014, 3, 1))}

        assert before - after == {"yearly_check"}

    def test_tell_those_of_acceptance_from_later_ones(self):
        papers = list_materials(kind=OrderKind.SUPPLY_HIGH_SINGLE, on=ON)
        later = {paper.code: paper.by for paper in papers if paper.need is Need.LATER}

        assert later["as_built"] == "inspect_completion"
        assert [paper.need for paper in papers] == sorted((paper.need for paper in papers), reverse=True)

    @pytest.mark.parametrize("kind", list(OrderKind))
    def test_are_asked_of_every_kind(self, kind):
        assert list_materials(kind=kind, on=ON)

    @pytest.mark.parametrize(
        ("before", "after"),
        [('need = "LATER"', 'need = "MANDATORY"'), ('by = "inspect_completion"', 'by = "seal"'), ('"*"', '"ALL"')],
    )
    def test_are_read_whole_or_not_at_all(self, before, after):
        with pytest.raises(OrderRulesUnreadable):
            read_materials(MATERIALS.replace(before, after))
