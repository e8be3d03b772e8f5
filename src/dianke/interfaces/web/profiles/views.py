"""The workbench of tags, and one tag."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import profiles
from dianke.application.profiles.tags import TagNotFound
from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import TagFigure, TagRun
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.queries.columns import find_customers, name_tag_column
from dianke.domain.profiles.queries.gathering import EPOCH
from dianke.domain.profiles.rules.catalogue import list_plain_facts, make_tag_fact
from dianke.domain.profiles.types import Tag, TagFamily, TagState
from dianke.engine.tags.language import read_condition, write_condition
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.profiles import words
from dianke.interfaces.web.profiles.proposals import may_see_proposal
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.models import Post
from dianke.platform.identity.queries import list_posts
from dianke.platform.identity.types import Actor

_RUNS, _SAMPLE, _WAITING = 24, 10, 20
_WANTED_COVERAGE, _WANTED_PRECISION, _LARGE_MOVE = 9_500, 90, 1_000


@dataclass(frozen=True)
class TagLine:
    """A tag as the workbench shows it."""

    tag: Tag
    name: str
    state: Chip
    held: int | None
    coverage: float | None
    has_little: bool
    moved: str
    precision: str
    source: str
    purpose: Any
    refresh: Any
    proposal: Any = None


@require_GET
@page_right(profiles.VIEW)
def show_workbench(request: StaffRequest) -> HttpResponse:
    """Show the tags by family: what they are made of, how many have them, how well they are known."""
    actor = request.actor
    tags, run = queries.list_seen_tags(actor=actor), queries.get_last_run(actor=actor)
    figures, checks = queries.map_last_figures(actor=actor), queries.count_checks(actor=actor)
    lines = [_make_line(tag, run, figures.get(tag.code), checks.get(tag.code)) for tag in tags]
    families = [
        (words.FAMILIES[family.value], [one for one in lines if one.tag.family is family and one.held is not None])
        for family in TagFamily
    ]
    missing = [one for one in lines if one.held is None]
    values = {
        "page": Page(
            title=_("Tags of customers"),
            facts=[_now("as of %(day)s") % {"day": formats.day(run.as_of_date)}] if run else [],
            crumbs=[Crumb(_("Credit and value"))],
            help=[
                _("A tag says in a word what a customer is like, by conditions over facts that can be read."),
                _("You see the tags that your posts may see; others are nowhere, not in counts either."),
                _("A tag of which no source holds anything says nothing of anybody and stands below."),
            ],
        ),
        "run": run,
        "figures": _list_figures(run, lines, missing) if run else [],
        "families": [(name, found) for name, found in families if found],
        "missing": missing,
        "waiting": _list_waiting(actor),
        "acts": words.ACTS,
        "may_define": actor.may(profiles.DEFINE),
    }
    return render(request, "profiles/workbench.html", values)


@require_GET
@page_right(profiles.VIEW)
def show_tag(request: StaffRequest, code: str) -> HttpResponse:
    """Show a tag: definition in words and as formula, how many have which value, its history, a sample to check."""
    actor = request.actor
    tag = next((one for one in queries.list_seen_tags(actor=actor) if one.code == code), None)
    if tag is None:
        raise Http404
    run, history = queries.get_last_run(actor=actor), queries.list_figures(actor=actor, code=code, limit=_RUNS)
    figure = history[0] if history else None
    check = queries.count_checks(actor=actor).get(code)
    line = _make_line(tag, run, figure, check)
    values = {
        "page": Page(
            title=words.name_tag(tag),
            number=tag.code,
            facts=[words.FAMILIES[tag.family.value], line.purpose, line.refresh],
            crumbs=[Crumb(_("Tags of customers"), reverse("web:tags"))],
            chips=[line.state],
            menu_url=reverse("web:tags"),
        ),
        "tag": tag,
        "line": line,
        "about": _describe(tag, list_posts(actor=actor)),
        "rules": _list_rules(tag),
        "applies": words.write_words(tag.applies, tags={}) if tag.applies is not None else "",
        "figures": _list_tag_figures(line, figure, check),
        "distribution": _draw_distribution(tag, figure) if figure else None,
        "course": _draw_course(tag, history) if len(history) > 1 else None,
        "sample": _list_sample(request, tag, run) if run and figure else [],
        "may_define": actor.may(profiles.DEFINE),
        "segment_url": f"{reverse('web:segment_new')}?condition={_ask_for(tag)}",
    }
    return render(request, "profiles/tag.html", values)


@require_POST
@page_right(profiles.DEFINE)
def check_tag(request: StaffRequest, code: str) -> HttpResponse:
    """Record whether a customer's tag was right."""
    return carry_out(
        request,
        lambda: profiles.check_tag(
            actor=request.actor,
            code=code,
            customer_number=request.POST.get("customer", ""),
            is_right=request.POST.get("is_right") == "yes",
            note=request.POST.get("note", ""),
            at=SystemClock().now(),
        ),
        done=_now("The check is recorded."),
        back=reverse("web:tag", args=[code]),
        missing=TagNotFound,
    )


def _make_line(tag: Tag, run: TagRun | None, figure: TagFigure | None, check: tuple[int, int] | None) -> TagLine:
    coverage = figure.coverage_e4 if figure else None
    return TagLine(
        tag=tag,
        name=words.name_tag(tag),
        state=_find_state(tag, run, figure),
        held=_count_held(figure) if figure else None,
        coverage=coverage / 10_000 if coverage is not None else None,
        has_little=coverage is not None and coverage < _WANTED_COVERAGE,
        moved=formats.number(Decimal(figure.stability_e4).scaleb(-4), 3)
        if figure and figure.stability_e4 is not None
        else "–",
        precision=f"{100 * check[1] // check[0]}% / {check[0]}" if check else "–",
        source=words.list_sources(tag.sources),
        purpose=words.PURPOSES[tag.purpose.value],
        refresh=words.REFRESHES[tag.refresh.value],
    )


def _list_waiting(actor: Actor) -> list[Any]:
    """Return what waits for a second person, of tags that the reader may see."""
    rows = queries.filter_proposals(actor=actor).filter(state=TagState.PROPOSED.value).order_by("-id")
    return [row for row in rows if may_see_proposal(actor, row)][:_WAITING]


def _find_state(tag: Tag, run: TagRun | None, figure: TagFigure | None) -> Chip:
    if figure is not None:
        is_over = figure.run.as_of_date + timedelta(days=tag.validity_days) < _today()
        return state_chip("profiles.tag", "LAPSED" if is_over else "IN_FORCE", quiet=True)
    is_missing = run is not None and not set(run.sources) & set(tag.sources)
    return state_chip("profiles.tag", "SOURCELESS" if is_missing else "WAITING", quiet=True)


def _count_held(figure: TagFigure) -> int:
    return sum(count for value, count in figure.counts.items() if int(value) > 0)


def _list_figures(run: TagRun, lines: Sequence[TagLine], missing: Sequence[TagLine]) -> list[Figure]:
    took = sum(run.timings.values())
    return [
        Figure(pgettext_lazy("tag", "Tags"), str(len(lines) - len(missing)), of=f"/ {len(lines)}"),
        Figure(
            pgettext_lazy("value", "Customers"),
            formats.number(run.customer_count),
            context=_now("%(count)s tags computed")
            % {"count": len({one.tag.code for one in lines}.intersection(run.codes))},
        ),
        Figure(_("Values changed"), formats.number(run.changed_count), context=_now("in the last run")),
        Figure(_("Time of the run (s)"), formats.number(Decimal(took).scaleb(-3), 1)),
        Figure(_("Without a source"), str(len(missing)), url="#missing" if missing else ""),
    ]


def _list_tag_figures(line: TagLine, figure: TagFigure | None, check: tuple[int, int] | None) -> list[Figure]:
    if figure is None:
        return []
    precision = 100 * check[1] / check[0] if check else None
    return [
        Figure(_("Customers who have it"), formats.number(_count_held(figure)), context=_now("in the whole utility")),
        Figure(
            pgettext_lazy("tag", "Coverage"),
            formats.percent4(figure.coverage_e4),
            context=_now("95% wanted"),
            ratio=line.coverage,
        ),
        Figure(_("Drift since the last run (PSI)"), line.moved, context=_now("above 0.1: look why")),
        Figure(
            _("Right when checked by hand"),
            f"{precision:.0f}%" if precision is not None else "–",
            of=f"/ {check[0]}" if check else "",
            context=_now("90% of 200 wanted"),
        ),
        Figure(pgettext_lazy("tag", "Confidence"), f"{line.tag.confidence}%"),
    ]


def _describe(tag: Tag, posts: Sequence[Post]) -> list[tuple[Any, Any]]:
    seeing = [one.name for one in posts if tag.right in one.rights]
    return [
        (_("Source"), words.list_sources(tag.sources)),
        (_("Purpose"), words.PURPOSES[tag.purpose.value]),
        (_("Consent"), words.CONSENTS[tag.consent]),
        (_("Computed"), words.REFRESHES[tag.refresh.value]),
        (_("Valid for"), _now("%(days)s days") % {"days": tag.validity_days}),
        (_("Who may see it"), words.RIGHTS[tag.right]),
        (_("Posts that see it"), words.list_names(seeing) or formats.NONE),
        (_("What it is for"), tag.about or formats.NONE),
    ]


def _list_rules(tag: Tag) -> list[tuple[str, str, str]]:
    """Return each value with its condition in words and as it is computed."""
    facts = list_plain_facts()
    return [
        (words.name_value(tag, number), words.write_words(one.when, tags={}), write_condition(one.when, facts=facts))
        for number, one in enumerate(tag.values, start=1)
    ]


def _draw_distribution(tag: Tag, figure: TagFigure) -> Chart:
    numbers = [*range(1, len(tag.values) + 1), 0, -1, -2, -3]
    shown = [one for one in numbers if figure.counts.get(str(one))]
    return Chart(
        labels=[words.name_value(tag, one) for one in shown],
        series=[
            Series(pgettext_lazy("value", "Customers"), [figure.counts[str(one)] for one in shown], "bar", "accent")
        ],
        description=_now("How many customers have which value"),
        label_name=pgettext_lazy("tag", "Value"),
    )


def _draw_course(tag: Tag, history: Sequence[TagFigure]) -> Chart:
    shown = list(reversed(history))
    return Chart(
        labels=[formats.day(one.run.as_of_date) for one in shown],
        series=[Series(_("Customers who have it"), [_count_held(one) for one in shown], "line", "accent")],
        description=_now("Customers who have it, run by run"),
        label_name=_("As of"),
    )


def _list_sample(request: StaffRequest, tag: Tag, run: TagRun) -> list[tuple[Customer, str]]:
    """Return some customers of the reader's units who have the tag, to be looked at by hand."""
    fact = make_tag_fact(tag)
    condition = read_condition(_ask_for(tag), facts={fact.code: fact})
    column = name_tag_column(tag.code)
    found = find_customers(
        actor=request.actor,
        condition=condition,
        today=(run.as_of_date - EPOCH).days,
        also=(column,),
        right=tag.right,
    )
    step = max(found.customer_ids.size // _SAMPLE, 1)
    values = dict(zip(found.customer_ids[::step].tolist(), found.columns[column][::step].tolist(), strict=True))
    keys = list(values)[:_SAMPLE]
    rows = Customer.objects.for_actor(request.actor).filter(pk__in=keys).select_related("unit").order_by("number")
    hide_names(request.actor, rows, find=lambda row: row)
    return [(row, words.name_value(tag, values[row.pk])) for row in rows]


def _ask_for(tag: Tag) -> str:
    """Return the condition of having a tag at all."""
    name = name_tag_column(tag.code)
    if tag.kind.value == "boolean":
        return name
    return f"{name} in ({', '.join(one.code for one in tag.values)})"


def _today() -> date:
    return to_shanghai(SystemClock().now()).date()
