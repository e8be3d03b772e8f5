"""The statistical risk stands beside the credit of a customer: neither moves the other, and each asks for its right."""

import pytest
from tests.factories.once import built_once, fresh
from tests.factories.rows import RowFactory
from tests.factories.standing import NOW, SYSTEM, TODAY, Standing, build, enter

from dianke.domain.collection.models import RiskRun, RiskScore
from dianke.domain.credit.models import CreditScore
from dianke.domain.credit.operations.scores import rescore
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.queries.scores import list_scores

pytestmark = pytest.mark.django_db
built = built_once(build)


@pytest.fixture
def standing(built: Standing, db: None) -> Standing:
    return fresh(built)


def judge_late(standing: Standing) -> None:
    """Let a weekly run hold the account for nearly lost."""
    rows = RowFactory(standing.account.unit)
    run, score = rows.make(RiskRun), rows.make(RiskScore)
    RiskScore.objects.for_actor(SYSTEM).filter(pk=score.pk).update(
        run=run, account=standing.account, unit=standing.account.unit, grade="D", score_e2=777, probability_e6=987_654
    )


def score(standing: Standing) -> CreditScore:
    rescore(customer_ids=[standing.account.customer_id], as_of=TODAY, policy=get_policy(on=TODAY), at=NOW)
    return list_scores(actor=SYSTEM, customer_id=standing.account.customer_id, limit=1)[0]


def test_the_score_is_the_same_whatever_the_risk(standing: Standing) -> None:
    before = score(standing)
    judge_late(standing)
    after = score(standing)

    assert (after.score_e2, after.grade, after.items_e2) == (before.score_e2, before.grade, before.items_e2)
    assert after.reasons == before.reasons


def test_it_stands_in_a_panel_of_its_own_for_who_may_see_collection(standing: Standing) -> None:
    score(standing)
    judge_late(standing)
    address = f"/customers/accounts/{standing.number}/credit/"

    both = enter(standing.archive.root, "both", "archive.view", "credit.view", "collection.view").get(address)
    one = enter(standing.archive.root, "one", "archive.view", "credit.view").get(address)

    beside = both.context["risk"]
    assert (beside["grade"], beside["probability"]) == ("D", "98.77%")
    assert beside["probability"] in both.content.decode()
    assert one.context["risk"] is None
    assert beside["probability"] not in one.content.decode()
    # The grade and points beside it are those of the facts.
    assert both.context["grade"] == one.context["grade"]
    assert both.context["points"] == one.context["points"]
