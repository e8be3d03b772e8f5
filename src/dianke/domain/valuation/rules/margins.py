"""What a month's energy and charges leave the utility: network price and basic charge, less loss and cost to serve."""

import numpy as np
from numpy.typing import NDArray

from dianke.domain.valuation.rules.policy import MarginTerms

Integers = NDArray[np.int64]
# 1e-2 kWh x 1e-4 yuan = 1e-6 yuan = 1e-4 fen; a loss in 1e-4 of it is 1e-8 fen.
_FEN = 10**4
_LOSS_FEN = 10**8


def compute_margins(
    energy_e2: Integers, basic_fen: Integers, groups: Integers, is_policy: NDArray[np.bool_], *, terms: MarginTerms
) -> tuple[Integers, Integers]:
    """
    Return the margin as priced, and the margin at the neutral network price, of bills of one month.

    Both are whole fen, rounded once, half away from zero. The neutral margin prices energy that a policy sells
    below its cost like everybody else's of its voltage: what the network would earn.
    """
    network = np.asarray(terms.network_e4, dtype=np.int64)[groups]
    policy = np.asarray(terms.policy_network_e4, dtype=np.int64)[groups]
    loss = energy_e2 * np.asarray(terms.loss_e4, dtype=np.int64)[groups] * terms.purchase_e4
    served = basic_fen - np.asarray(terms.serve_fen, dtype=np.int64)[groups]
    priced = np.where(is_policy, policy, network)
    return _round(energy_e2 * priced, loss) + served, _round(energy_e2 * network, loss) + served


def _round(earned: Integers, loss: Integers) -> Integers:
    scaled = earned * (_LOSS_FEN // _FEN) - loss
    return np.asarray(np.sign(scaled) * ((np.abs(scaled) + _LOSS_FEN // 2) // _LOSS_FEN))
