"""How long the generators try: seconds in every check, thousands of examples with DIANKE_LONG=1."""

import os

from hypothesis import HealthCheck, settings

IS_LONG = os.environ.get("DIANKE_LONG") == "1"

# The short run is the same every time, so that a check never fails for reasons of chance;
# the long one looks for what nobody has seen yet.
thorough = settings(
    max_examples=2_000 if IS_LONG else 50,
    derandomize=not IS_LONG,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
