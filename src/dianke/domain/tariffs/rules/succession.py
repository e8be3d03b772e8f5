"""Whether a version may be stored beside those of its plan: a version in force is never edited (TR-8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dianke.domain.tariffs.types import APPROVED_STATUSES, VersionDraft, VersionStatus
from dianke.kernel.period import DatePeriod


class Verdict(StrEnum):
    """What is to be done with a version that was read."""

    STORE = "STORE"
    UNCHANGED = "UNCHANGED"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLife:
    """What must be known of a version of the plan; without an id it is to be stored by the same load."""

    id: int | None
    sheet_id: str
    start: date
    end: date | None
    status: VersionStatus
    content_sha256: str

    @property
    def period(self) -> DatePeriod:
        """Return the days it is in force."""
        return DatePeriod(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict, the stored version that it ends, and for a refusal why and what to do."""

    verdict: Verdict
    ends: VersionLife | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""


def judge_version(draft: VersionDraft, stored: Sequence[VersionLife]) -> Judgement:
    """
    Return whether a draft is new, known or refused, given the versions of its plan.

    A version without end holds until replaced: the next one ends it on its own first day. Every other
    overlap is refused, and so is another content under the id of a sheet that is stored.
    """
    same = next((life for life in stored if life.sheet_id == draft.sheet_id), None)
    if same is not None:
        if same.status is VersionStatus.WITHDRAWN:
            return Judgement(
                verdict=Verdict.REFUSE,
                code="version_is_withdrawn",
                message=f"sheet {draft.sheet_id} was withdrawn",
                remedy="load it under an id of its own",
            )
        if same.content_sha256 == draft.content_sha256:
            return Judgement(verdict=Verdict.UNCHANGED)
        if same.status is VersionStatus.PROPOSED:
            return Judgement(
                verdict=Verdict.REFUSE,
                code="version_is_proposed",
                message=f"sheet {draft.sheet_id} is proposed with another content",
                remedy="withdraw that proposal first, or give this one an id of its own",
            )
        return Judgement(
            verdict=Verdict.REFUSE,
            code="version_is_fixed",
            message=f"sheet {draft.sheet_id} is stored with another content",
            remedy="a version is never edited: give the changed prices an id and dates of their own",
        )
    return judge_period(DatePeriod(draft.start, draft.end), stored)


def judge_period(period: DatePeriod, stored: Sequence[VersionLife]) -> Judgement:
    """Return whether a version of this period fits among the approved ones, and which of them it ends."""
    rivals = [life for life in stored if life.status in APPROVED_STATUSES and life.period.overlaps(period)]
    if len(rivals) == 1 and rivals[0].end is None and rivals[0].start < period.start:
        return Judgement(verdict=Verdict.STORE, ends=rivals[0])
    if rivals:
        names = ", ".join(f"{life.sheet_id} ({life.period})" for life in rivals)
        return Judgement(
            verdict=Verdict.REFUSE,
            code="overlapping_versions",
            message=f"{period} overlaps {names}",
            remedy="correct the dates: a plan has one version a day",
        )
    return Judgement(verdict=Verdict.STORE)
