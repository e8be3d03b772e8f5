"""Querysets that answer only inside an actor's units, and refuse to run without one."""

from typing import Any, Protocol, Self, TypeVar

from django.db import models

from dianke.kernel.errors import DomainError


class QueryWithoutActor(DomainError):
    """A query was about to run without anybody to answer to."""

    code = "org.query_without_actor"
    message = "a query on {model} ran without an actor"


class Scope(Protocol):
    """What a queryset must know of an actor."""

    @property
    def sees_every_unit(self) -> bool:
        """Tell whether some right reaches the whole tree."""
        ...

    def list_unit_paths(self, right: str | None = None) -> tuple[str, ...]:
        """Return the tree paths that the actor's rights (or one right) reach."""
        ...


_Row = TypeVar("_Row", bound=models.Model)


class ScopedQuerySet(models.QuerySet[_Row]):
    """
    A queryset that must be given an actor before it reads, changes or removes anything.

    `unit_lookup` of the model names the way to its unit ("unit" by default); None marks rows that belong
    to the whole utility (tariffs, units): they still want an actor, but every actor may read them.
    """

    _actor_given = False

    def for_actor(self, actor: Scope, right: str | None = None) -> Self:
        """Return the rows inside the units that the actor (by one right, if named) reaches."""
        scoped: Self = self._chain()  # type: ignore[attr-defined]
        scoped._actor_given = True
        # A history table is scoped by the way of the table it tells of.
        told_of = getattr(self.model, "pgh_tracked_model", None) or self.model
        lookup = getattr(told_of, "unit_lookup", "unit")
        if lookup is None:
            return scoped
        paths = actor.list_unit_paths(right)
        if not paths:
            nothing: Self = scoped.none()
            return nothing
        if actor.sees_every_unit and right is None:
            return scoped
        within = models.Q()
        for path in paths:
            within |= models.Q(**{f"{lookup}__path__startswith": path})
        return scoped.filter(within)

    def none(self) -> Self:
        """Return the empty queryset, which needs nobody's leave."""
        empty = super().none()
        empty._actor_given = True
        return empty

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._actor_given = self._actor_given
        return clone

    def require_actor(self) -> None:
        """Refuse to go on without an actor; what runs a statement of this queryset by itself asks this first."""
        if not self._actor_given:
            raise QueryWithoutActor(model=self.model._meta.label)

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self.require_actor()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        """Iterate without caching, for an actor."""
        self.require_actor()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        """Count, for an actor."""
        self.require_actor()
        return super().count()

    def exists(self) -> bool:
        """Tell whether there is a row, for an actor."""
        self.require_actor()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Aggregate, for an actor."""
        self.require_actor()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """Update, for an actor."""
        self.require_actor()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete, for an actor."""
        self.require_actor()
        return super().delete()

    def explain(self, *args: Any, **kwargs: Any) -> str:
        """Explain, for an actor."""
        self.require_actor()
        return super().explain(*args, **kwargs)


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """The default manager of every model of ours."""

    # A system check of Django would else see two managers; related managers inherit this one and fail closed.
    use_in_migrations = False


class ScopedModel(models.Model):
    """The base of every table: its rows answer to an actor only."""

    unit_lookup: str | None = "unit"
    objects: Any = ScopedManager()

    class Meta:
        """No table of its own."""

        abstract = True
