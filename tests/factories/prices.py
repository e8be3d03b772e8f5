"""The residential sheet with one tier moved, as somebody proposes it."""

from datetime import datetime

from dianke.application import tariffs
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.identity.types import Actor

# As the sheet of Guangzhou but for the first tier of winter: 150 kWh in place of 200.
MOVED_TIER = """
schema: tariff-sheet/v1
region: {province: 广东, area: 广州}
issuer: 广东电网有限责任公司
sheets:
  - id: GD-GZ-RES-2026-03
    kind: residential
    area: 广州
    effective: {from: 2026-03-01, to: null}
    evidence: {grade: B, urls: ["https://example.org/notice"]}
    unit: CNY/kWh
    tier_scheme: monthly
    tiers_kwh_upper_inclusive:
      - {months: [5, 6, 7, 8, 9, 10], t1: 260, t2: 600}
      - {months: [11, 12, 1, 2, 3, 4], t1: 150, t2: 400}
    multi_person: {persons_from: 5, add_to_t1_and_t2_kwh_per_month: 100}
    prices: {t1: 0.58886875, t2: 0.63886875, t3: 0.88886875}
    tou_optional:
      fixed_addition: 0.00866875
      t1_prices: {peak: 0.99500875, flat: 0.58886875, valley: 0.22914475}
      tier_surcharge: {t2: 0.05, t3: 0.30}
      periods: {peak: ["10:00-12:00", "14:00-19:00"], valley: ["00:00-08:00"], flat: rest}
    labels: {funds: 政府性基金及附加}
"""


def propose_moved_tier(actor: Actor, at: datetime, text: str = MOVED_TIER) -> TariffVersion:
    """Return the version that an actor proposes with this file."""
    report = tariffs.propose_file(actor=actor, name="moved.yaml", data=text.encode(), reason="a tier moves", at=at)
    assert report.refused == ()
    version: TariffVersion = TariffVersion.objects.for_actor(actor).select_related("plan").latest("id")
    return version
