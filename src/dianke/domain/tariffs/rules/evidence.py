"""Where a sheet's figures come from."""

from collections.abc import Mapping
from typing import Any

from dianke.domain.tariffs.rules.documents import FaultList, get_list, get_mapping, get_text
from dianke.domain.tariffs.types import Evidence

GRADES = ("A", "B", "C")


def read_evidence(node: Mapping[str, Any], faults: FaultList) -> Evidence:
    """Return the evidence of a sheet or a table of hours; a grade that nobody knows is noted."""
    with faults.reading(""):
        evidence = get_mapping(node, "evidence")
        grade = get_text(evidence, "grade")
        if grade not in GRADES:
            faults.add(
                path="evidence.grade",
                value=evidence.get("grade"),
                code="unknown_grade",
                message="the grade of the evidence is not known",
                remedy="use A (official), B (independent copies agree) or C (one copy: demonstrations only)",
            )
        notes = [*get_list(evidence, "note"), *get_list(node, "note"), *get_list(node, "checks")]
        return Evidence(
            grade=grade,
            urls=tuple(str(url) for url in get_list(evidence, "urls") if url),
            via=get_text(evidence, "via"),
            notes=tuple(str(note) for note in notes),
            regulations=tuple(str(item) for item in get_list(node, "regulations")),
        )
    return Evidence(grade="", urls=())
