"""Which version may follow which."""

from dataclasses import replace
from datetime import date

import pytest

from dianke.domain.tariffs.rules.succession import Verdict, VersionLife, judge_version
from dianke.domain.tariffs.types import VersionDraft, VersionStatus


@pytest.fixture
def january(versions) -> VersionDraft:
    """Return the Hubei sheet of January 2026."""
    return versions["HB-CI HB-CI-2026-01"]


def life(draft: VersionDraft, **changes: object) -> VersionLife:
    """Return a stored version like a draft, with changes."""
    stored = VersionLife(
        id=1,
        sheet_id=draft.sheet_id,
        start=draft.start,
        end=draft.end,
        status=VersionStatus.ACTIVE,
        content_sha256=draft.content_sha256,
    )
    return replace(stored, **changes)


def test_the_first_version_is_stored(january):
    assert judge_version(january, []).verdict is Verdict.STORE


def test_the_same_sheet_changes_nothing(january):
    assert judge_version(january, [life(january)]).verdict is Verdict.UNCHANGED


def test_a_changed_sheet_under_the_same_id_is_refused(january):
    judgement = judge_version(january, [life(january, content_sha256="other")])

    assert (judgement.verdict, judgement.code) == (Verdict.REFUSE, "version_is_fixed")


def test_a_withdrawn_sheet_is_not_loaded_again(january):
    judgement = judge_version(january, [life(january, status=VersionStatus.WITHDRAWN)])

    assert (judgement.verdict, judgement.code) == (Verdict.REFUSE, "version_is_withdrawn")


def test_a_sheet_that_touches_the_one_before_is_stored(january):
    before = life(january, sheet_id="HB-CI-2025-12", start=date(2025, 12, 1), end=date(2026, 1, 1))

    assert judge_version(january, [before]).ends is None
    assert judge_version(january, [before]).verdict is Verdict.STORE


def test_an_overlap_is_refused_with_both_dates(january):
    rival = life(january, sheet_id="HB-CI-X", start=date(2026, 1, 31), end=None)

    judgement = judge_version(january, [rival])

    assert judgement.code == "overlapping_versions"
    assert judgement.message == "2026-01-01/2026-02-01 overlaps HB-CI-X (2026-01-31/..)"


def test_a_version_without_end_is_ended_by_the_next(january):
    open_version = life(january, sheet_id="HB-CI-X", start=date(2025, 1, 1), end=None)

    judgement = judge_version(january, [open_version])

    assert (judgement.verdict, judgement.ends) == (Verdict.STORE, open_version)


def test_a_version_with_an_end_is_never_cut(january):
    rival = life(january, sheet_id="HB-CI-X", start=date(2025, 1, 1), end=date(2026, 6, 1))

    assert judge_version(january, [rival]).verdict is Verdict.REFUSE


def test_a_withdrawn_version_is_in_nobodys_way(january):
    gone = life(january, sheet_id="HB-CI-X", status=VersionStatus.WITHDRAWN)

    assert judge_version(january, [gone]).verdict is Verdict.STORE
