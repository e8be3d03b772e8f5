"""How often a customer is visited: by the service table of their class, or by their importance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dianke.domain.customers.models import Customer
from dianke.domain.customers.rules.care import CarePolicy, get_care_policy
from dianke.domain.valuation.queries.service import list_services


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is in force on a day: days between visits by class, 0 for none, with the table they stand in."""

    table: str
    class_days: Mapping[str, int]
    policy: CarePolicy

    def find_days(self, customer: Customer) -> int | None:
        """
        Return after how many days a customer is visited again; None where no rhythm holds.

        The shorter of class and importance holds; who has no class yet goes by importance alone.
        """
        of_class = self.class_days.get(customer.value_class) or None
        of_importance = self.policy.find_rhythm(importance=customer.importance)
        return min((days for days in (of_class, of_importance) if days is not None), default=None)


def read_rhythm(*, on: date) -> Rhythm:
    """Return the rhythm of visits in force on a day."""
    services = list_services(on=on)
    days = {one.value_class.value: one.visit_days for one in services}
    return Rhythm(table=services[0].table, class_days=days, policy=get_care_policy(on=on))
