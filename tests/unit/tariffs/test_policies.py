"""Policy values as files."""

from itertools import pairwise

import pytest

from dianke.domain.tariffs.rules import sheets

VALUE = "{value: 0.4, from: 2016-07-01, citation: REG-1583-2016, section: '3.1', grade: B}"


def read(value: str):
    """Read a file of one policy with one value."""
    text = f"schema: tariff-policies/v1\npolicies: [{{code: FLOOR_RATIO, unit: ratio, values: [{value}]}}]\n"
    return sheets.read_file(name="policies.yaml", data=text.encode())


def test_the_shipped_file_has_no_fault(shipped):
    assert shipped["policies.yaml"].faults == ()
    assert len(shipped["policies.yaml"].policies) == 28


def test_values_of_one_code_never_overlap(shipped):
    drafts = sorted(shipped["policies.yaml"].policies, key=lambda draft: (draft.code, draft.region, draft.start))

    overlaps = [
        one.code
        for one, two in pairwise(drafts)
        if (one.code, one.region) == (two.code, two.region) and (one.end is None or two.start < one.end)
    ]

    assert overlaps == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("value: 0.4", "value: null", "value"),
        ("from: 2016-07-01, ", "", "from"),
        ("REG-1583-2016", "somewhere", "citation"),
        ("grade: B", "grade: Z", "grade"),
    ],
)
def test_an_incomplete_value_is_refused(old, new, path):
    file = read(VALUE.replace(old, new))

    assert file.policies == ()
    assert [fault.path for fault in file.faults] == [f"policies[0].values[0].{path}"]
