"""People who propose, approve and withdraw versions, and what they do in the tests of both."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dianke.application import tariffs
from dianke.domain.tariffs import queries
from dianke.domain.tariffs.models import TariffVersion
from dianke.domain.tariffs.types import PriceColumn
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

NOW = datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)
FEBRUARY = """
schema: tariff-sheet/v1
region: {province: 湖北, area: 全省}
issuer: 国网湖北省电力有限公司
sheets:
  - id: HB-CI-2026-02
    kind: agency_purchase_monthly
    effective: {from: 2026-02-01, to: null}
    evidence: {grade: B, urls: ["https://example.org/sheet"]}
    unit: CNY/kWh
    rows:
      - {structure: single, voltage: "<1kV", flat: 0.7}
"""
MARCH = FEBRUARY.replace("2026-02", "2026-03").replace("0.7}", "0.75}")


@dataclass
class People:
    """Who proposes, who approves and who withdraws."""

    proposer: Actor
    approver: Actor
    remover: Actor


def propose(people: People, text: str = FEBRUARY) -> TariffVersion:
    """Return the newest version after proposing a file."""
    report = tariffs.propose_file(
        actor=people.proposer, name="new.yaml", data=text.encode(), reason="notice of February", at=NOW
    )
    assert report.refused == ()
    return TariffVersion.objects.for_actor(people.proposer).select_related("plan").latest("id")


def approve(people: People, version: TariffVersion, at: datetime = NOW) -> TariffVersion:
    """Let the second person approve a version."""
    return tariffs.approve_version(
        # These plans have no bills, which whoever approves must say; trials are tested with billing.
        actor=people.approver,
        version_id=version.pk,
        reason="compared",
        at=at,
        has_nothing_to_try=True,
    )


def list_states(actor: Actor, plan: str = "HB-CI") -> list[tuple[str, str]]:
    """Return sheet and state of every version of a plan, the latest first."""
    return [(one.sheet_id, one.status.value) for one in queries.list_versions(actor=actor, plan_code=plan)]


def find_price(actor: Actor, on: date) -> Decimal | None:
    """Return the flat price below one kilovolt on a day."""
    table = queries.get_price_table(actor=actor, plan="HB-CI", on=on, structure="SINGLE", voltage="<1kV")
    return table.prices[PriceColumn.FLAT].value
