"""Plan the months of the reading cycles: templates, the days made from them, days that people move."""

from dianke.application.reading_calendars.plan import generate_days, move_day, set_interim_days, set_template

__all__ = ["generate_days", "move_day", "set_interim_days", "set_template"]
