"""A filter of days over a column of moments."""

from collections.abc import Mapping
from datetime import date, timedelta

from dianke.interfaces.web.components.filters import DateRangeFilter, Rows
from dianke.platform.audit.chaining import bounds_of


class MomentRangeFilter(DateRangeFilter):
    """From a local day until a day, both included, where the column holds moments."""

    def narrow(self, rows: Rows, values: Mapping[str, str]) -> Rows:
        """Return the rows within the days."""
        first, last = values.get(f"{self.key}_from"), values.get(f"{self.key}_to")
        if first:
            rows = rows.filter(**{f"{self.lookup}__gte": bounds_of(date.fromisoformat(first))[0]})
        if last and date.fromisoformat(last) < date.max - timedelta(days=1):
            rows = rows.filter(**{f"{self.lookup}__lt": bounds_of(date.fromisoformat(last))[1]})
        return rows
