"""What credit calls things, and what of it is masked."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from dianke.application.credit.masking import is_masked, sees_accusations_everywhere
from dianke.domain.credit.rules.policy import Policy
from dianke.domain.credit.types import (
    SENSITIVE_TYPES,
    CreditKind,
    DemandState,
    FactSource,
    FactState,
    FactType,
    Measure,
    MeasureTableState,
    NoticeState,
    ObjectionState,
)
from dianke.domain.customers.types import CreditGrade
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import register_states
from dianke.platform.identity.types import Actor

GRADES = tuple(grade.value for grade in CreditGrade)
GRADE_CHIPS = {"AAA": "ok", "AA": "ok", "A": "ok", "B": "warn", "C": "warn", "D": "bad"}
KINDS: dict[str, Text] = {
    CreditKind.POWER.value: _("Power customer"),
    CreditKind.LIGHTING.value: _("Lighting customer"),
}
ITEMS: dict[str, Text] = {
    "commercial": _("Payment record"),
    "payment": _("Payment record"),
    "safety": _("Safety of electricity"),
    "law": _("Abidance by law"),
    "cooperation": pgettext_lazy("credit", "Cooperation"),
    "management": _("Management of the business"),
    "growth": _("Potential to grow"),
}
FACTS: dict[str, Text] = {
    FactType.ARREAR.value: _("Arrear of a bill"),
    FactType.WRONG_ACCOUNT.value: _("Wrong bank account on purpose"),
    FactType.REPORTED_DEBTOR.value: _("Reported where an absconded debtor is"),
    FactType.PLANT_ACCIDENT.value: _("Electrical accident in the plant"),
    FactType.BRANCH_TRIP.value: _("Over-trip that opened a branch switch"),
    FactType.SUBSTATION_TRIP.value: _("Over-trip that opened the substation switch"),
    FactType.ACCIDENT_CONCEALED.value: _("Accident concealed"),
    FactType.UNLICENSED_OPERATOR.value: _("Operator without proper licence"),
    FactType.RULES_INCOMPLETE.value: _("Operating rules incomplete"),
    FactType.THEFT.value: pgettext_lazy("credit", "Theft of electricity"),
    FactType.BREACH.value: pgettext_lazy("credit", "Breach of use"),
    FactType.OBSTRUCTION.value: _("Obstructs construction or order of supply"),
    FactType.DAMAGE.value: _("Damages or endangers facilities"),
    FactType.REPORT_HELPED.value: _("Reported offences and helped the inquiry"),
    FactType.BAD_FAITH.value: _("Bad faith in contracts or changes of them"),
    FactType.NO_TEST_COOPERATION.value: _("No cooperation in tests and renewal of equipment"),
    FactType.NO_INSPECTION_COOPERATION.value: _("No cooperation with inspection"),
    FactType.NOT_RECTIFIED.value: _("Not rectified by the ordered date"),
    FactType.DISPATCH_DISOBEYED.value: _("Rules of dispatch disobeyed"),
    FactType.MANAGEMENT.value: _("Judgement of management"),
    FactType.GROWTH.value: _("Judgement of growth"),
    FactType.COMPLAINT.value: pgettext_lazy("customer fact", "Complaint"),
    FactType.CALL.value: pgettext_lazy("customer fact", "Call"),
    FactType.REPAIR_CALL.value: pgettext_lazy("customer fact", "Repair call"),
    FactType.SATISFACTION.value: pgettext_lazy("customer fact", "Satisfaction"),
    FactType.NPS.value: _("Would recommend us"),
    FactType.OUTAGE_FELT.value: _("Outage felt"),
    FactType.MARKET_MOVE.value: _("Moved to the market"),
    FactType.OWN_GENERATION.value: pgettext_lazy("customer fact", "Own generation"),
    FactType.CLOSING_ASKED.value: _("Asked to close the account"),
    FactType.CAPACITY_CUT_ASKED.value: _("Asked for less capacity"),
    FactType.CHANNEL_CHANGED.value: _("Changed the channel of payment"),
    FactType.DEBIT_FAILED.value: _("Debit failed"),
    FactType.COURT_LISTED.value: _("Listed by a court"),
    FactType.ONLINE_LOGIN.value: _("Online log-in"),
    FactType.LANGUAGE_CARE.value: _("Wants care in another language"),
    FactType.DO_NOT_DISTURB.value: _("Does not want to be disturbed"),
    FactType.ENERGY_SERVICE_INTEREST.value: _("Interested in energy services"),
    FactType.GREEN_POWER_INTEREST.value: _("Interested in green power"),
    FactType.DEMAND_RESPONSE_SIGNED.value: _("Signed for demand response"),
    FactType.MARKET_CONTRACT.value: _("Contract of the market"),
    FactType.COAL_TO_ELECTRICITY.value: _("Changed from coal to electricity"),
    FactType.POWER_RESOLD.value: _("Supplies others"),
}
# What reasons say of themselves beside facts.
ABOUTS: dict[str, Text] = {
    "year_without_arrears": _("A full year without arrears"),
    "three_years_without_accident": _("Three years in a row without accident"),
    "management_not_judged": _("Management was not judged yet: half of the points"),
    "growth_not_judged": _("Growth was not judged yet: half of the points"),
}
RULES: dict[str, Text] = {
    "CR-3.1": _("One arrear"),
    "CR-3.2": _("Two arrears in a row, or one that lasts two months"),
    "CR-3.3": _("Three arrears in a row, or one that lasts three months"),
    "CR-3.4": _("An arrear made good in the following month, each"),
    "CR-3.5": _("Wrong bank account given on purpose, so that a debit fails, each"),
    "CR-3.6": _("Reports the true address of an absconded debtor, each"),
    "CR-3.7": _("A full year without arrears"),
    "CR-4.1": _("Electrical accident inside the plant, each"),
    "CR-4.2": _("Over-trip that opens a branch switch with a wide outage"),
    "CR-4.3": _("The same again"),
    "CR-4.4": _("Over-trip that opens the substation switch"),
    "CR-4.5": _("Accident concealed, each"),
    "CR-4.6": _("Operator without proper licence, each person"),
    "CR-4.7": _("Operating rules incomplete"),
    "CR-4.8": _("Three years in a row without accident"),
    "CR-5.1": _("Theft of electricity, each"),
    "CR-5.2": _("Breach of use, once"),
    "CR-5.3": _("Breach of use, twice within a year"),
    "CR-5.4": _("Obstructs power construction or order, each"),
    "CR-5.5": _("Damages or endangers facilities, each"),
    "CR-5.6": _("Reports offences and helps the inquiry, each"),
    "CR-6.1": _("Bad faith in making, changing or renewing the contract, each"),
    "CR-6.2": _("No cooperation in tests or in replacing outdated equipment, each"),
    "CR-6.3": _("No cooperation with the inspection of equipment and metering, each"),
    "CR-6.4": _("Does not rectify by the ordered date, each"),
    "CR-6.5": _("Disobeys the rules of dispatch, each"),
    "CR-7.1": _("Judged by the service officer with leaders after a visit, 0 to 5"),
    "CR-8.1": _("Judged by the service officer with leaders after a visit, 0 to 5"),
}
MEASURES: dict[str, Text] = {
    Measure.POSTPAID.value: _("Pays after use, as usual"),
    Measure.INSTALMENTS.value: _("Bills in instalments"),
    Measure.PREPAY_OR_DEPOSIT.value: _("Prepayment or deposit"),
    Measure.WEEKLY_READING.value: _("Read every week"),
    Measure.FEE_CONTROL.value: _("Prepaid under fee control"),
    Measure.GUARANTEE.value: _("Guarantee"),
    Measure.MANAGER_FOR_CAPACITY.value: _("More capacity only with a manager's approval"),
}
SOURCES: dict[str, Text] = {
    FactSource.PERSON.value: pgettext_lazy("customer fact", "Entered"),
    FactSource.FILE.value: pgettext_lazy("customer fact", "File"),
    FactSource.OBJECTION.value: pgettext_lazy("customer fact", "Objection"),
    FactSource.SYSTEM.value: pgettext_lazy("customer fact", "System"),
}
CHANGES: dict[str, Text] = {"LOWER": _("Grade fell"), "HIGHER": _("Grade rose"), "NEW": _("Judged for the first time")}
MASKED = _("sensitive, masked")
HIDDEN = "•••"

register_states(
    "credit.fact",
    {
        FactState.PROPOSED.value: ("warn", pgettext_lazy("customer fact", "Waits for a second person")),
        FactState.STANDING.value: ("ok", pgettext_lazy("customer fact", "Counts")),
        FactState.REFUSED.value: ("idle", pgettext_lazy("customer fact", "Refused")),
        FactState.WITHDRAWN.value: ("idle", pgettext_lazy("customer fact", "Withdrawn")),
        "ASKED": ("warn", pgettext_lazy("customer fact", "Withdrawal asked for")),
    },
)
register_states(
    "credit.notice",
    {
        NoticeState.OPEN.value: ("warn", pgettext_lazy("credit", "To be told")),
        NoticeState.TOLD.value: ("ok", pgettext_lazy("credit", "Told")),
    },
)
register_states(
    "credit.demand",
    {
        DemandState.OPEN.value: ("warn", pgettext_lazy("measure by grade", "To be done")),
        DemandState.DONE.value: ("ok", pgettext_lazy("measure by grade", "Done")),
        DemandState.DECLINED.value: ("idle", pgettext_lazy("measure by grade", "Declined")),
        DemandState.LAPSED.value: ("idle", pgettext_lazy("measure by grade", "Asked for no longer")),
    },
)
register_states(
    "credit.objection",
    {
        ObjectionState.OPEN.value: ("run", pgettext_lazy("credit", "To be answered")),
        ObjectionState.UPHELD.value: ("ok", pgettext_lazy("credit", "Upheld")),
        ObjectionState.REJECTED.value: ("idle", pgettext_lazy("credit", "Rejected")),
    },
)
register_states(
    "credit.measures",
    {
        MeasureTableState.PROPOSED.value: ("warn", pgettext_lazy("credit measures", "Waits for approval")),
        MeasureTableState.APPROVED.value: ("ok", pgettext_lazy("credit measures", "Approved")),
        MeasureTableState.REFUSED.value: ("idle", pgettext_lazy("credit measures", "Refused")),
    },
)


def draw_grade(grade: str) -> Chip:
    """Return the chip of a grade."""
    return Chip(GRADE_CHIPS.get(grade, "idle"), grade or _("not judged"))


def write_fact(actor: Actor, type_: str, unit_path: str) -> str:
    """Return what a type of fact is called, or that it is masked for the reader at the customer's unit."""
    return str(MASKED if is_masked(actor, type_, unit_path) else FACTS.get(type_, type_))


def list_fact_choices(actor: Actor, *, types: Any = FactType) -> list[tuple[str, Text]]:
    """Return the types of facts that a list may be asked for: those the reader sees at every unit of the list."""
    sees_all = sees_accusations_everywhere(actor)
    return [(one.value, FACTS.get(one.value, one.value)) for one in types if sees_all or one not in SENSITIVE_TYPES]


def write_points(points: Decimal | int | str, *, signed: bool = False) -> str:
    """Return points with as many decimals as they have."""
    value = Decimal(points)
    text = f"{value:f}"
    text = (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")
    return f"+{text}" if signed and value > 0 else text


def scale(points_e2: int) -> Decimal:
    """Return points that are stored in hundredths."""
    return Decimal(points_e2).scaleb(-2)


def describe_reason(actor: Actor, reason: dict[str, Any], unit_path: str) -> dict[str, Any]:
    """Return a stored reason in words; what accuses is masked from who lacks the right at the customer's unit."""
    fact = reason["fact"]
    type_ = fact["type"]
    masked = is_masked(actor, type_, unit_path)
    on, cleared = date.fromisoformat(fact["on"]), fact.get("cleared_on")
    words = str(ABOUTS.get(type_) or FACTS.get(type_, type_))
    if fact.get("value") is not None and type_ not in ABOUTS:
        words = pgettext("credit", "%(fact)s: %(value)s") % {"fact": words, "value": write_points(fact["value"])}
    return {
        "item": ITEMS.get(reason["item"], reason["item"]),
        "points": HIDDEN if masked else write_points(reason["points"], signed=True),
        "is_bonus": not masked and Decimal(reason["points"]) > 0,
        "words": MASKED if masked else words,
        "on": HIDDEN if masked else formats.day(on),
        "cleared": "" if masked or cleared is None else formats.day(date.fromisoformat(cleared)),
        "rule": "" if masked else reason["rule"],
        "rule_words": "" if masked else RULES.get(reason["rule"], ""),
        "masked": masked,
    }


def describe_policy(policy: Policy) -> list[tuple[Text, str, list[tuple[str, Text, str, int]]]]:
    """Return the items of a power customer with maximum and rows: id, words, points, months."""
    table = []
    for item in policy.items[CreditKind.POWER]:
        rows: list[tuple[str, Text, str, int]] = []
        for row in policy.list_rows(item):
            if row.levels:
                rows += [
                    (one.id, RULES.get(one.id, ""), write_points(one.points, signed=True), row.months)
                    for one in row.levels
                ]
            else:
                points = write_points(row.points, signed=True) if row.points else _now("up to 5")
                rows.append((row.id, RULES.get(row.id, ""), points, row.months))
        table.append((ITEMS[item.code], write_points(item.most), rows))
    return table
