"""Compute the tags that are due, of everybody, chunk by chunk; what was interrupted goes on where it stopped."""

import contextlib
import itertools
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dianke.application.profiles.segments import count_segment
from dianke.domain.customers.types import CustomerKind
from dianke.domain.profiles.models import TagRun
from dianke.domain.profiles.operations import runs
from dianke.domain.profiles.operations.runs import CHUNK, ValuedChunk
from dianke.domain.profiles.queries import gathering
from dianke.domain.profiles.queries import segments as segment_queries
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.rules import valuing
from dianke.domain.profiles.rules.packing import BLOCK
from dianke.domain.profiles.types import RunState, Tag
from dianke.engine.tags.language import ConditionNotUnderstood
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

# Companies and offices are no natural persons: the law asks for no consent of theirs.
_PERSON = list(CustomerKind).index(CustomerKind.PERSON) + 1
_DAY = timedelta(days=1)


def run_due_tags(*, actor: Actor, at: datetime) -> TagRun:
    """Compute what is due as of yesterday, then count the segments again; a night that was done is done."""
    as_of = to_shanghai(at).date() - _DAY
    run = run_tags(actor=actor, as_of=as_of, at=at)
    for segment in segment_queries.list_uncounted(actor=actor, on=as_of):
        # One that speaks of a tag retired since keeps its last count until its owner changes it.
        with contextlib.suppress(ConditionNotUnderstood):
            count_segment(actor=actor, segment=segment, on=as_of)
    return run


def run_tags(*, actor: Actor, as_of: date, at: datetime) -> TagRun:
    """
    Compute the tags that are due as of the end of a day, or go on with a run that was interrupted.

    A run of that day or a later one that is done is returned as it is.
    """
    done = queries.get_last_run(actor=actor)
    if done is not None and done.as_of_date >= as_of:
        return done
    tags = queries.list_tags(actor=actor)
    run = begin_run(actor=actor, as_of=as_of, at=at)
    due = [tag for tag in tags if tag.code in set(run.codes)]
    while run.done_count < len(run.ranges):
        run = run_chunk(actor=actor, run=run, due=due)
    return end_run(actor=actor, run=run, at=at) if run.state != RunState.DONE.value else run


@use_case(right="profiles.define")
def begin_run(*, actor: Actor, as_of: date, at: datetime) -> TagRun:
    """Settle which tags a run computes: those that are due and of which a source holds anything."""
    tags = queries.list_tags(actor=actor)
    sources = gathering.list_sources()
    sourceless = {tag.code for tag in valuing.find_sourceless(tags, sources=sources)}
    last = {
        code: (one.run.as_of_date - gathering.EPOCH).days for code, one in queries.map_last_figures(actor=actor).items()
    }
    due = valuing.find_due(tags, today=(as_of - gathering.EPOCH).days, last=last)
    codes = [tag.code for tag in due if tag.code not in sourceless]
    ranges = gathering.list_ranges(size=CHUNK)
    return runs.begin_run(as_of=as_of, codes=codes, ranges=ranges, sources=sources, login=actor.login, at=at)


@use_case(right="profiles.define")
def run_chunk(*, actor: Actor, run: TagRun, due: Sequence[Tag]) -> TagRun:
    """Compute the next chunk of a run."""
    first, last = run.ranges[run.done_count]
    as_of, marks = run.as_of_date, [time.perf_counter()]
    facts = gathering.gather_facts(first=first, last=last, as_of=as_of, sources=set(run.sources))
    marks.append(time.perf_counter())
    today = (as_of - gathering.EPOCH).days
    free = {}
    for purpose in sorted({tag.consent for tag in due if tag.consent}):
        agreed = gathering.list_consents(
            first=first, last=last, as_of=as_of, purpose=purpose, keys=facts["customer_id"]
        )
        free[purpose] = agreed | (facts["kind"] != _PERSON)
    values = {
        tag.code: valuing.value_customers(tag, columns=facts, today=today, is_free=free.get(tag.consent)) for tag in due
    }
    marks.append(time.perf_counter())
    runs.write_chunk(run=run, chunk=ValuedChunk(run.done_count, facts, values), tags=due)
    marks.append(time.perf_counter())
    for name, (start, end) in zip(("gather", "compute", "write"), itertools.pairwise(marks), strict=True):
        run.timings[name] = run.timings.get(name, 0) + round((end - start) * 1_000)
    run.save(update_fields=["timings"])
    return run


@use_case(right="profiles.define")
def end_run(*, actor: Actor, run: TagRun, at: datetime) -> TagRun:
    """Write the figures of a run and close it."""
    last_block = max((run.customer_count - 1) // BLOCK, 0)
    return runs.end_run(run=run, last_block=last_block, at=at)
