"""What the review measures by: proposed by one person, put in force by another, from a day that has not passed."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.factories import utility as factory
from tests.factories.utility import JANUARY, LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import ReviewParameter, ReviewParameterProposal
from dianke.domain.billing.operations.review_parameters import UnableToDecideProposal, UnableToSetReviewParameter
from dianke.domain.billing.queries import review_facts
from dianke.domain.billing.queries import review_parameters as queries
from dianke.domain.billing.queries.review_parameters import NoSuchProposal
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.reach import UnitOutOfReach
from dianke.platform.org.types import UnitKind

MARCH = date(2026, 3, 1)


@pytest.fixture
def utility(db: None) -> Utility:
    """Build a utility."""
    return factory.build_utility()


@pytest.fixture
def proposer(utility: Utility) -> Actor:
    """Add a person who proposes."""
    return factory.add_clerk(utility.root, "proposer", ["billing.set_review"])


@pytest.fixture
def approver(utility: Utility) -> Actor:
    """Add a person who approves."""
    return factory.add_clerk(utility.root, "approver", ["billing.approve_review"])


def propose(actor: Actor, utility: Utility, **other: Any) -> ReviewParameterProposal:
    given = {
        "unit": utility.root, "rule": "zero_use", "usage_class": "", "from_date": MARCH, "reason": "农网空置房多",
        "values": {"cycles": 4}, "at": LATER,
    }  # fmt: skip
    return meter_to_cash.propose_review_parameter(actor=actor, **{**given, **other})


def cycles_on(utility: Utility, day: date) -> int:
    book = review_facts.load_book(unit_ids=[utility.root.pk], on=day)
    return int(book.get("zero_use", "cycles", usage_class="AGRICULTURAL", unit_id=utility.root.pk))


def state_of(utility: Utility, proposal: ReviewParameterProposal) -> tuple[str, str, str]:
    row = queries.get_proposal(actor=utility.actor, key=proposal.pk)
    return row.state, row.decided_by, row.decision_reason


def count_rows(utility: Utility) -> tuple[int, int]:
    proposals = ReviewParameterProposal.objects.for_actor(utility.actor).count()
    return proposals, ReviewParameter.objects.for_actor(utility.actor).count()


def test_proposal_measures_nothing_until_another_person_approves_it(
    utility: Utility, proposer: Actor, approver: Actor
) -> None:
    proposal = propose(proposer, utility)

    before = cycles_on(utility, MARCH)
    row = meter_to_cash.approve_review_parameter(actor=approver, key=proposal.pk, reason="属实", at=LATER)

    assert before == 3
    assert cycles_on(utility, MARCH) == 4
    assert cycles_on(utility, date(2026, 2, 28)) == 3
    assert (row.set_by, row.set_at, row.reason) == ("proposer", LATER, "农网空置房多")
    assert state_of(utility, proposal) == ("APPROVED", "approver", "属实")


def test_both_persons_stand_in_the_trail(utility: Utility, proposer: Actor, approver: Actor) -> None:
    proposal = propose(proposer, utility)
    meter_to_cash.approve_review_parameter(actor=approver, key=proposal.pk, reason="属实", at=LATER)

    records = (
        UseCaseRecord.objects.for_actor(utility.actor)
        .filter(use_case__startswith="meter_to_cash.review_parameters")
        .order_by("id")
    )

    assert [(one.use_case.rpartition(".")[2], one.actor_login, one.reason) for one in records] == [
        ("propose_review_parameter", "proposer", "农网空置房多"),
        ("approve_review_parameter", "approver", "属实"),
    ]


def test_who_proposed_does_not_decide(utility: Utility) -> None:
    both = factory.add_clerk(utility.root, "both", ["billing.set_review", "billing.approve_review"])
    proposal = propose(both, utility)

    with pytest.raises(SamePerson):
        meter_to_cash.approve_review_parameter(actor=both, key=proposal.pk, reason="", at=LATER)
    with pytest.raises(SamePerson):
        meter_to_cash.reject_review_parameter(actor=both, key=proposal.pk, reason="不妥", at=LATER)
    assert state_of(utility, proposal) == ("PROPOSED", "", "")
    assert count_rows(utility) == (1, 0)


def test_deciding_wants_its_own_right(utility: Utility, proposer: Actor, approver: Actor) -> None:
    proposal = propose(proposer, utility)

    with pytest.raises(PermissionRefused):
        meter_to_cash.approve_review_parameter(actor=proposer, key=proposal.pk, reason="", at=LATER)
    with pytest.raises(PermissionRefused):
        propose(approver, utility, from_date=date(2026, 4, 1))
    assert count_rows(utility) == (1, 0)


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"values": {"months": 4}}, "the rule has no such value"),
        ({"values": {}}, "no value is given"),
        ({"values": {"is_on": 2}}, "a switch is on or off"),
        ({"reason": " "}, "a reason is needed"),
        ({"from_date": date(2026, 1, 31)}, "the day has passed"),
    ],
)
def test_what_cannot_hold_is_refused(utility: Utility, proposer: Actor, other: dict[str, Any], refusal: str) -> None:
    with pytest.raises(UnableToSetReviewParameter, match=refusal):
        propose(proposer, utility, **other)
    assert count_rows(utility) == (0, 0)


def test_a_day_takes_one_proposal_and_what_is_in_force_is_not_edited(
    utility: Utility, proposer: Actor, approver: Actor
) -> None:
    proposal = propose(proposer, utility)

    with pytest.raises(UnableToSetReviewParameter, match="that day has a proposal already"):
        propose(proposer, utility, values={"cycles": 9})
    meter_to_cash.approve_review_parameter(actor=approver, key=proposal.pk, reason="", at=LATER)
    with pytest.raises(UnableToSetReviewParameter, match="that day has values already"):
        propose(proposer, utility, values={"cycles": 9})
    assert cycles_on(utility, MARCH) == 4
    assert count_rows(utility) == (1, 1)


def test_day_that_passed_before_the_decision_is_refused(utility: Utility, proposer: Actor, approver: Actor) -> None:
    proposal = propose(proposer, utility)

    with pytest.raises(UnableToSetReviewParameter, match="the day has passed"):
        meter_to_cash.approve_review_parameter(
            actor=approver, key=proposal.pk, reason="", at=datetime(2026, 3, 2, 8, tzinfo=SHANGHAI)
        )
    assert state_of(utility, proposal) == ("PROPOSED", "", "")
    assert count_rows(utility) == (1, 0)


def test_refused_says_why_and_frees_the_day(utility: Utility, proposer: Actor, approver: Actor) -> None:
    proposal = propose(proposer, utility)

    with pytest.raises(UnableToDecideProposal, match="a rejection says why"):
        meter_to_cash.reject_review_parameter(actor=approver, key=proposal.pk, reason=" ", at=LATER)
    meter_to_cash.reject_review_parameter(actor=approver, key=proposal.pk, reason="样本太少", at=LATER)
    with pytest.raises(UnableToDecideProposal, match="it is decided already"):
        meter_to_cash.approve_review_parameter(actor=approver, key=proposal.pk, reason="", at=LATER)
    again = propose(proposer, utility, values={"cycles": 5})

    assert state_of(utility, proposal) == ("REJECTED", "approver", "样本太少")
    assert [one.pk for one in queries.list_open_proposals(actor=utility.actor)] == [again.pk]
    assert [one.pk for one in queries.list_decided_proposals(actor=utility.actor)] == [proposal.pk]
    assert cycles_on(utility, MARCH) == 3


def test_only_who_proposed_takes_it_back(utility: Utility, proposer: Actor) -> None:
    other = factory.add_clerk(utility.root, "other", ["billing.set_review"])
    proposal = propose(proposer, utility)

    with pytest.raises(UnableToDecideProposal, match="only who proposed it takes it back"):
        meter_to_cash.take_back_review_parameter(actor=other, key=proposal.pk, reason="", at=LATER)
    meter_to_cash.take_back_review_parameter(actor=proposer, key=proposal.pk, reason="", at=LATER)

    assert state_of(utility, proposal) == ("WITHDRAWN", "", "")
    assert cycles_on(utility, MARCH) == 3


def test_units_above_are_out_of_reach(utility: Utility, proposer: Actor) -> None:
    branch = org.add_unit(code="01", name="城关所", kind=UnitKind.BRANCH, parent=utility.root)
    tuner = factory.add_clerk(branch, "tuner", ["billing.set_review"])
    judge = factory.add_clerk(branch, "judge", ["billing.approve_review"])
    proposal = propose(proposer, utility)

    with pytest.raises(UnitOutOfReach):
        propose(tuner, utility, from_date=date(2026, 4, 1))
    with pytest.raises(NoSuchProposal):
        meter_to_cash.approve_review_parameter(actor=judge, key=proposal.pk, reason="", at=LATER)
    assert state_of(utility, proposal) == ("PROPOSED", "", "")


def test_narrower_unit_goes_before_a_wider_one(utility: Utility, proposer: Actor, approver: Actor) -> None:
    branch = org.add_unit(code="01", name="城关所", kind=UnitKind.BRANCH, parent=utility.root)
    for unit, cycles in ((branch, 8), (utility.root, 4)):
        one = propose(proposer, utility, unit=unit, values={"cycles": cycles})
        meter_to_cash.approve_review_parameter(actor=approver, key=one.pk, reason="", at=LATER)

    book = review_facts.load_book(unit_ids=[branch.pk, utility.root.pk], on=MARCH)

    assert book.get("zero_use", "cycles", unit_id=branch.pk) == 8
    assert book.get("zero_use", "cycles", unit_id=utility.root.pk) == 4
    assert book.get("zero_use", "cycles", unit_id=utility.root.pk + branch.pk) == 3
    assert cycles_on(utility, JANUARY) == 3
