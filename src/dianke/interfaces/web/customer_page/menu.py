"""Enters at start what the other modules bring to the customer's page."""

import dianke.interfaces.web.customer_page.time_line_words  # noqa: F401 - enters words
from dianke.interfaces.web.customers.time_line_views import register_tag_slots
from dianke.interfaces.web.profiles.tag_names import list_seen_slots

register_tag_slots(lambda viewed: list_seen_slots(viewed.actor, viewed.unit_path))
