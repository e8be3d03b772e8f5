"""What a person's home is put together from: work with due times, figures, and cards beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.navigation import MenuEntry, list_entries
from dianke.platform.identity.types import Actor

MAX_FIGURES = 6
# Work beyond this is behind "show all": the page stays one window high.
SHOWN_WORK = 20
MAX_ALARMS = 6


@dataclass(frozen=True)
class WorkItem:
    """One thing that waits for the reader; `quantity` is shown as written, so it carries its unit."""

    kind: Text
    number: str
    title: Text
    url: str
    due_at: datetime | None = None
    quantity: Text = ""
    source: Text = ""


@dataclass(frozen=True)
class Alarm:
    """Something that went wrong or soon will: `kind` is the chip's (bad, warn), `act` the word of the way to it."""

    kind: str
    label: Text
    text: Text
    url: str
    act: Text
    at: datetime | None = None


@dataclass(frozen=True)
class HomeCard:
    """A panel beside the work: its own template, and the values for it."""

    template: str
    values: Callable[[Actor], dict[str, object] | None]
    right: str = ""
    order: int = 100


@dataclass(frozen=True)
class Home:
    """A person's home, gathered."""

    work: Sequence[WorkItem]
    alarms: Sequence[Alarm]
    figures: Sequence[Figure]
    cards: Sequence[tuple[str, dict[str, object]]]
    links: Sequence[MenuEntry] = field(default=())

    @property
    def has_due(self) -> bool:
        """Tell whether anything has a due time; without one the columns of time are left out."""
        return any(item.due_at is not None for item in self.work)

    def count_kinds(self) -> dict[str, int]:
        """Return how much of each kind waits, most urgent kind first."""
        counts: dict[str, int] = {}
        for item in self.work:
            counts[str(item.kind)] = counts.get(str(item.kind), 0) + 1
        return counts

    def count_late(self, at: datetime) -> int:
        """Return how much is past its time."""
        return sum(item.due_at is not None and item.due_at < at for item in self.work)

    def pick(self, *, kind: str, limit: int | None) -> Sequence[WorkItem]:
        """Return the work of a kind (of every kind without one), the most urgent of it."""
        return [item for item in self.work if not kind or str(item.kind) == kind][:limit]


WorkProvider = Callable[[Actor, datetime], Sequence[WorkItem]]
AlarmProvider = Callable[[Actor, datetime], Sequence[Alarm]]
FigureProvider = Callable[[Actor], Sequence[Figure]]

_WORK: list[tuple[str, WorkProvider]] = []
_ALARMS: list[tuple[str, AlarmProvider]] = []
_FIGURES: list[tuple[str, FigureProvider]] = []
_CARDS: list[HomeCard] = []


def register_work(provider: WorkProvider, *, right: str = "") -> None:
    """Add a source of work; it is asked only for actors who hold the right."""
    _WORK.append((right, provider))


def register_alarms(provider: AlarmProvider, *, right: str = "") -> None:
    """Add a source of alarms; what is bad stands first, then what merely warns."""
    _ALARMS.append((right, provider))


def register_figures(provider: FigureProvider, *, right: str = "") -> None:
    """Add a source of figures; the strip takes the first six of all sources."""
    _FIGURES.append((right, provider))


def register_card(card: HomeCard) -> None:
    """Add a panel beside the work."""
    _CARDS.append(card)


def gather_home(*, actor: Actor, at: datetime) -> Home:
    """Return everything the actor's posts bring to the home: work by due time, what has none last."""
    work = [item for right, provider in _WORK if _may(actor, right) for item in provider(actor.within(right), at)]
    work.sort(key=lambda item: (item.due_at is None, item.due_at or at, item.number))
    figures = [figure for right, provider in _FIGURES if _may(actor, right) for figure in provider(actor.within(right))]
    return Home(
        work=work,
        alarms=_gather_alarms(actor, at),
        figures=figures[:MAX_FIGURES],
        cards=_gather_cards(actor),
        links=[entry for entry in list_entries(actor=actor) if entry.group != "work"],
    )


def _gather_alarms(actor: Actor, at: datetime) -> list[Alarm]:
    alarms = [alarm for right, provider in _ALARMS if _may(actor, right) for alarm in provider(actor.within(right), at)]
    alarms.sort(key=lambda alarm: (alarm.kind != "bad", -(alarm.at or at).timestamp()))
    return alarms[:MAX_ALARMS]


def _gather_cards(actor: Actor) -> list[tuple[str, dict[str, object]]]:
    cards = []
    for card in sorted(_CARDS, key=lambda card: card.order):
        values = card.values(actor.within(card.right)) if _may(actor, card.right) else None
        if values is not None:
            cards.append((card.template, values))
    return cards


def _may(actor: Actor, right: str) -> bool:
    return not right or actor.may(right)
