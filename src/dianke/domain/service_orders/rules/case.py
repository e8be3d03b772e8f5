"""What every check of an application sees, and the words of its refusals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from dianke.domain.service_orders.rules.months import add_months
from dianke.domain.service_orders.types import (
    AccountFacts,
    ApplicationFacts,
    Figure,
    FigureUnit,
    OrderKind,
    Refusal,
    RuleSet,
)
from dianke.kernel.calendar import WorkingCalendar

OWN_RULE = "SRC-OWN-ORDERS"

NEW_SUPPLIES = frozenset(
    {
        OrderKind.SUPPLY_RESIDENT,
        OrderKind.SUPPLY_LOW,
        OrderKind.SUPPLY_HIGH_SINGLE,
        OrderKind.SUPPLY_HIGH_DUAL,
        OrderKind.BATCH,
        OrderKind.TEMPORARY,
        OrderKind.CHARGING_PILE,
    }
)

# Kinds that are built by a supply plan.
BY_PLAN = NEW_SUPPLIES | {OrderKind.INCREASE}

# What the customer or the clerk can do; the texts double as translation keys.
REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "account_missing": "Name the account that is to change.",
        "kind_withdrawn": "Ask for a reduction that is not permanent.",
        "backdated": "Choose a day from today on.",
        "papers_missing": "Bring the papers that are missing.",
        "theft_case_open": "Settle the case of theft or breach first.",
        "change_order_open": "Finish or cancel the other order first.",
        "debts_open": "Settle the debts first.",
        "bankrupt_debts_open": "Settle the debts of the bankrupt first.",
        "temporary_supply": "Apply for a new supply.",
        "capacity_not_equal": "Keep the capacity; ask for more or less capacity in an order of its own.",
        "capacity_above": "Apply for more capacity for the part above.",
        "capacity_not_below": "Name a capacity below the present one.",
        "capacity_not_above": "Name a capacity above the present one.",
        "notice_too_short": "Choose a later day.",
        "end_missing": "Name the day on which it ends.",
        "ends_before_start": "Name an end after the start.",
        "spell_too_short": "Choose a later end.",
        "spell_too_long": "Choose an earlier end.",
        "too_many_a_year": "Wait for the next calendar year, or ask for a reduction.",
        "year_used_up": "Choose an earlier end, or ask for a reduction.",
        "whole_capacity_only": "Ask for the whole capacity.",
        "asked_within_ban": "Wait, or agree to pay the half of the basic charge.",
        "unit_missing": "Name the units.",
        "unit_unknown": "Name units of this account.",
        "part_of_unit": "Name whole transformers or banks.",
        "unit_already_sealed": "Name units that are not sealed.",
        "spells_overlap": "End the running suspension or reduction of the unit first.",
        "meter_without_unit": "Leave a unit in use behind each running meter, or stop the meter too.",
        "spell_missing": "Name the suspension or reduction that ends.",
        "spell_ended": "The units are back in use already.",
        "reduction_is_permanent": "Apply for more capacity.",
        "term_is_over": "Apply for a new supply or more capacity.",
        "other_address": "Stay at the same place, or apply for a new supply.",
        "other_supply_point": "Apply for a new supply.",
        "other_class": "Ask for a change of class in an order of its own.",
        "same_class": "Name the new class of use.",
        "answer_missing": "Have it checked on site first.",
        "exchange_missing": "No exchanged transformer is running.",
        "removal_running": "The meter is off for a time already; ask for its reinstallation.",
        "removal_missing": "The meter has not been removed for a time.",
        "other_subject": "Ask for a transfer.",
        "same_subject": "Ask for a change of name.",
        "too_few_parties": "Name every account.",
        "shares_do_not_add_up": "Divide the capacity so that the shares add up to it.",
        "not_separable": "Rebuild the receiving equipment first.",
        "not_adjacent": "Only adjacent places at one supply point can be merged.",
        "party_owes": "Every account settles its debts first.",
        "supply_not_stopped": "Stop the use of the whole capacity first.",
        "meter_damaged": "Settle the damage of the meter first.",
        "readings_missing": "Take the missing readings.",
        "was_used": "The supply was used: it stays.",
        "was_suspended": "The supply was suspended by agreement: it stays.",
        "voltage_missing": "Name the new voltage.",
        "line_too_small": "Name a capacity the lower line can carry, or apply for a new supply.",
        "not_two_part": "Only two-part customers have a basic charge.",
        "wrong_mode": "Only customers with a contract demand have one.",
        "mode_missing": "Name the new mode of the basic charge.",
        "same_mode": "Name another mode of the basic charge.",
        "too_soon": "Wait until the term since the last change is over.",
        "not_first_of_month": "Choose the first day of a month.",
        "demand_missing": "Name the contract demand.",
        "demand_too_low": "Name a higher contract demand.",
        "not_residential": "Only homes have tiers.",
        "too_few_persons": "The register must show more persons.",
        "place_is_taken": "Ask for more capacity or a transfer at this place.",
        "claim_missing": "File the claim with the liquidator.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An application, the account it is about, and the rules it is judged by."""

    application: ApplicationFacts
    account: AccountFacts | None
    rule_set: RuleSet
    calendar: WorkingCalendar

    @property
    def article(self) -> str:
        """Return the text behind the kind."""
        return self.rule_set.kinds[self.application.kind].article

    def get(self, code: str) -> Figure:
        """Return a figure on the day of acceptance."""
        return self.rule_set.get(code, on=self.application.accepted_on)

    def refuse(self, code: str, *, article: str | None = None, **values: object) -> Refusal:
        """Return a refusal with the text of the kind unless another is named."""
        shown = MappingProxyType({name: str(value) for name, value in values.items()})
        return Refusal(code=code, article=article or self.article, values=shown, remedy=REMEDIES[code])

    def earliest_day(self, code: str) -> date:
        """Return the first day that keeps a notice in days or working days."""
        figure, accepted = self.get(code), self.application.accepted_on
        if not figure.amount:
            return accepted
        if figure.unit is FigureUnit.WORKING_DAY:
            return self.calendar.add_working_days(accepted, figure.amount)
        return accepted + timedelta(days=figure.amount)

    def check_notice(self, code: str) -> Iterator[Refusal]:
        """Refuse a day before the notice is over."""
        earliest = self.earliest_day(code)
        if self.application.effective_on < earliest:
            yield self.refuse(
                "notice_too_short",
                article=self.get(code).article,
                asked=self.application.effective_on,
                earliest=earliest,
            )

    def check_longest(self, code: str, *, start: date | None = None) -> Iterator[Refusal]:
        """Refuse an end that is missing, lies before the start or beyond a figure in months."""
        begin, end, figure = start or self.application.effective_on, self.application.ends_on, self.get(code)
        if end is None:
            yield self.refuse("end_missing")
        elif end <= begin:
            yield self.refuse("ends_before_start", start=begin, end=end)
        elif figure.amount is not None and end > add_months(begin, figure.amount):
            latest = add_months(begin, figure.amount)
            yield self.refuse("spell_too_long", article=figure.article, end=end, latest=latest)

    def must_be(self, answer: bool | None, wanted: bool, code: str) -> Iterator[Refusal]:
        """Refuse a question that is open or answered otherwise than it must be."""
        if answer is None:
            yield self.refuse("answer_missing", question=code)
        elif answer is not wanted:
            yield self.refuse(code)
