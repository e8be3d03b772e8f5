"""Pages of templates of contracts: looked at, proposed anew, decided by another person, used from their day on."""

from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractTemplate
from dianke.domain.contracts.rules.templates import Template
from dianke.domain.contracts.types import ContractKind, TemplateState
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

LogIn = Callable[[str], Client]
EVERYBODY = Actor.system("looking at what pages did")
KIND = ContractKind.RESIDENTIAL


@pytest.fixture
def proposer(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "proposer", ["contracts.view", "contracts.propose_templates"])
    return log_in("proposer")


@pytest.fixture
def approver(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "decider", ["contracts.view", "contracts.approve_templates"])
    return log_in("decider")


def find_held(on: date) -> Template:
    return queries.find_template(actor=EVERYBODY, kind=KIND, on=on)


def get_today() -> date:
    return to_shanghai(SystemClock().now()).date()


def write(**changed: Any) -> dict[str, Any]:
    """Return the form as it opens, with a clause more and what a test changes."""
    held = find_held(get_today())
    fields: dict[str, Any] = {
        "title": held.title, "valid_from": (get_today() + timedelta(days=10)).isoformat(),
        "term_months": held.term_months, "notice_days": held.notice_days, "required": list(held.required),
        "note": "增加一条", "c-INITIAL_FORMS": len(held.clauses), "c-TOTAL_FORMS": len(held.clauses) + 1,
    }  # fmt: skip
    for place, one in enumerate(held.clauses):
        fields |= {f"c-{place}-code": one.code, f"c-{place}-heading": one.heading, f"c-{place}-text": one.text}
        fields |= {f"c-{place}-when": "，".join(one.when), f"c-{place}-basis": ", ".join(one.basis)}
    last = len(held.clauses)
    fields |= {f"c-{last}-code": "privacy", f"c-{last}-heading": "个人信息", f"c-{last}-when": ""}
    fields |= {f"c-{last}-text": "供电人为履行本合同处理{customer}的个人信息。", f"c-{last}-basis": "REG-SUPPLY-2024"}
    return fields | changed


def propose(client: Client, **changed: Any) -> Any:
    return client.post(f"/contracts/templates/{KIND.value}/new/", write(**changed))


def test_every_kind_has_a_template_with_its_clauses(proposer: Client) -> None:
    page = proposer.get("/contracts/templates/").content.decode()

    for kind in ContractKind:
        assert f"/contracts/templates/{kind.value}/" in page
        one = proposer.get(f"/contracts/templates/{kind.value}/").content.decode()
        assert queries.find_template(actor=EVERYBODY, kind=kind, on=get_today()).clauses[0].heading in one
    assert "〔" in one
    assert proposer.get("/contracts/templates/NOTHING/").status_code == HTTPStatus.NOT_FOUND


def test_a_clause_is_proposed_compared_approved_and_held_from_its_day(proposer: Client, approver: Client) -> None:
    before = find_held(get_today())
    assert proposer.get(f"/contracts/templates/{KIND.value}/new/").status_code == HTTPStatus.OK

    answer = propose(proposer)

    row = ContractTemplate.objects.for_actor(EVERYBODY).get()
    assert answer.headers["Location"] == f"/contracts/templates/{row.pk}/"
    assert "个人信息" in approver.get(f"/contracts/templates/{row.pk}/").content.decode()
    assert f"/contracts/templates/{row.pk}/" in approver.get("/").content.decode()
    own = proposer.post(f"/contracts/templates/{row.pk}/decide/", {"decision": "approve"})
    assert own.status_code == HTTPStatus.FORBIDDEN
    approver.post(f"/contracts/templates/{row.pk}/decide/", {"decision": "approve"})
    row.refresh_from_db()
    assert row.state == TemplateState.APPROVED.value
    assert find_held(get_today()) == before
    after = find_held(row.valid_from)
    assert [one.code for one in after.clauses] == [*(one.code for one in before.clauses), "privacy"]
    assert after.clauses[:-1] == before.clauses


def test_faults_stand_at_the_form_and_nothing_is_kept(proposer: Client) -> None:
    held = find_held(get_today())
    bare = {f"c-{len(held.clauses)}-basis": ""}
    faults = (
        propose(proposer, valid_from=get_today().isoformat()),
        propose(proposer, **bare),
        propose(proposer, title=""),
        propose(proposer, **{f"c-{len(held.clauses)}-text": "{customer.__class__}"}),
    )

    assert [one.status_code for one in faults] == [HTTPStatus.UNPROCESSABLE_ENTITY] * 4
    assert not ContractTemplate.objects.for_actor(EVERYBODY).exists()


def test_a_clause_without_words_is_left_out_and_a_refusal_needs_a_reason(proposer: Client, approver: Client) -> None:
    held = find_held(get_today())
    last = len(held.clauses) - 1
    propose(proposer, **{f"c-{last}-heading": "", f"c-{last}-text": ""})
    row = ContractTemplate.objects.for_actor(EVERYBODY).get()
    assert held.clauses[last].code not in [one["code"] for one in row.content["clauses"]]

    approver.post(f"/contracts/templates/{row.pk}/decide/", {"decision": "refuse", "reason": ""})
    row.refresh_from_db()
    assert row.state == TemplateState.PROPOSED.value
    approver.post(f"/contracts/templates/{row.pk}/decide/", {"decision": "refuse", "reason": "条款不全"})
    row.refresh_from_db()
    assert row.state == TemplateState.REFUSED.value
    assert "条款不全" in proposer.get(f"/contracts/templates/{row.pk}/").content.decode()
