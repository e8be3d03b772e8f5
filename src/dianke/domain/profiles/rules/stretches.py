"""Keys as stretches that nearly follow each other, and those left over."""

import numpy as np

from dianke.engine.tags.types import Integers

# What lies between two keys of a stretch is read in vain; looking a key up by itself costs about three that are read.
_WIDEST_STEP = 3
_SHORTEST = 1_000


def cut_stretches(keys: Integers, *, shortest: int = _SHORTEST) -> tuple[list[tuple[int, int]], Integers]:
    """
    Return the first and last key of each long stretch, and the keys that are in none.

    A big table is read faster from one key to another than by a list of them; but a single key far off, as of a
    customer who opened an account today, must not make a range of the whole table.

    Shapes: keys (n,), ascending.
    """
    if not keys.size:
        return [], keys
    cuts = np.flatnonzero(np.diff(keys) > _WIDEST_STEP) + 1
    starts, ends = np.r_[0, cuts], np.r_[cuts, keys.size]
    is_long = ends - starts >= shortest
    stretches = [
        (int(keys[start]), int(keys[end - 1])) for start, end in zip(starts[is_long], ends[is_long], strict=True)
    ]
    return stretches, keys[np.repeat(~is_long, ends - starts)]
