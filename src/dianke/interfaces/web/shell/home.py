"""What a person's home is put together from: work with due times, figures, and cards beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.navigation import MenuEntry, list_entries
from dianke.platform.identity.types import Actor

MAX_FIGURES = 6


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
    figures: Sequence[Figure]
    cards: Sequence[tuple[str, dict[str, object]]]
    links: Sequence[MenuEntry] = field(default=())

    @property
    def has_due(self) -> bool:
        """Tell whether anything has a due time; without one the columns of time are left out."""
        return any(item.due_at is not None for item in self.work)


WorkProvider = Callable[[Actor, datetime], Sequence[WorkItem]]
FigureProvider = Callable[[Actor], Sequence[Figure]]

_WORK: list[tuple[str, WorkProvider]] = []
_FIGURES: list[tuple[str, FigureProvider]] = []
_CARDS: list[HomeCard] = []


def register_work(provider: WorkProvider, *, right: str = "") -> None:
    """Add a source of work; it is asked only for actors who hold the right."""
    _WORK.append((right, provider))


def register_figures(provider: FigureProvider, *, right: str = "") -> None:
    """Add a source of figures; the strip takes the first six of all sources."""
    _FIGURES.append((right, provider))


def register_card(card: HomeCard) -> None:
    """Add a panel beside the work."""
    _CARDS.append(card)


def gather_home(*, actor: Actor, at: datetime) -> Home:
    """Return everything the actor's posts bring to the home: work by due time, what has none last."""
    work = [item for right, provider in _WORK if _may(actor, right) for item in provider(actor, at)]
    work.sort(key=lambda item: (item.due_at is None, item.due_at or at, item.number))
    figures = [figure for right, provider in _FIGURES if _may(actor, right) for figure in provider(actor)]
    return Home(
        work=work,
        figures=figures[:MAX_FIGURES],
        cards=_gather_cards(actor),
        links=[entry for entry in list_entries(actor=actor) if entry.group != "work"],
    )


def _gather_cards(actor: Actor) -> list[tuple[str, dict[str, object]]]:
    cards = []
    for card in sorted(_CARDS, key=lambda card: card.order):
        values = card.values(actor) if _may(actor, card.right) else None
        if values is not None:
            cards.append((card.template, values))
    return cards


def _may(actor: Actor, right: str) -> bool:
    return not right or actor.may(right)
