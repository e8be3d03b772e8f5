"""What kinds of load curves are called."""

from decimal import Decimal

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.load_shapes.types import ShapeRunVerdict
from dianke.engine.load_shapes.naming import ShapeName
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text

NAMES: dict[str, Text] = {
    ShapeName.FEED_IN.value: _("Feeds in at midday"),
    ShapeName.FLAT.value: _("Flat all day"),
    ShapeName.NIGHT_USE.value: _("Uses at night"),
    ShapeName.WORKING_HOURS.value: _("Working hours"),
    ShapeName.DOUBLE_PEAK.value: _("Two peaks"),
    ShapeName.MIDDAY_PEAK.value: _("Peak at midday"),
    ShapeName.MORNING_PEAK.value: _("Peak in the morning"),
    ShapeName.EVENING_PEAK.value: _("Peak in the evening"),
    ShapeName.LATE_EVENING.value: _("Peak late in the evening"),
}
VERDICTS: dict[str, Text] = {
    ShapeRunVerdict.STABLE.value: _("Stable: the kinds stay the same when the points are drawn again."),
    ShapeRunVerdict.UNSTABLE.value: _(
        "Not stable: drawn again, the points fall into other kinds; take them as a sketch."
    ),
    ShapeRunVerdict.TOO_FEW.value: _("Too few points with enough whole days to tell kinds apart."),
}
INDEX = pgettext_lazy("load shape", "Adjusted Rand index")


def write_hour(slot: int) -> str:
    """Return the time at which a quarter of an hour begins."""
    return f"{slot // 4:02d}:{slot % 4 * 15:02d}"


def write_index(value_e4: int | None) -> str:
    """Return an index to two decimals."""
    return formats.NONE if value_e4 is None else formats.number(Decimal(value_e4).scaleb(-4), 2)


def write_peak(slot: int) -> str:
    """Return when it is highest."""
    return _now("highest at %(time)s") % {"time": write_hour(slot)}
