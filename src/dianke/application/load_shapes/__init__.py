"""Load shapes: the monthly clustering of measured curves."""

from dianke.application.load_shapes.runs import WEEKS, make_shapes, run_month

VIEW, MAKE = "load_shapes.view", "load_shapes.make"

__all__ = ["MAKE", "VIEW", "WEEKS", "make_shapes", "run_month"]
