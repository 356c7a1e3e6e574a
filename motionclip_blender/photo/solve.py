"""Least squares with outliers: Levenberg's and Marquardt's steps over weighted residuals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .chain import State


@dataclass(frozen=True, eq=False)
class Block:
    """Residuals (m,) in standard deviations, and their derivatives (m, size).

    tail: residuals beyond it count less and less (Cauchy's weights); None where every one counts.
    """

    residuals: np.ndarray
    derivatives: np.ndarray
    tail: float | None = None

    def weights(self) -> np.ndarray:
        if self.tail is None:
            return np.ones_like(self.residuals)
        return 1 / (1 + (self.residuals / self.tail) ** 2)

    def cost(self) -> float:
        squares = self.residuals**2
        if self.tail is not None:
            squares = self.tail**2 * np.log1p(squares / self.tail**2)
        return float(squares.sum())


def minimise(
    state: State, blocks: Callable[[State], Iterable[Block]], rounds: int, held: np.ndarray | None = None
) -> tuple[State, float]:
    """Returns the state of least cost near `state`, and that cost.

    blocks: the residuals of a state. held: (size,) bool, what stays as it is.
    """
    damping = 1e-2
    free = np.flatnonzero(~held) if held is not None else np.arange(state.size)
    now = list(blocks(state))
    cost = sum(block.cost() for block in now)
    for _ in range(rounds):
        normal, slope = np.zeros((len(free), len(free))), np.zeros(len(free))
        for block in now:
            weights, by = block.weights(), block.derivatives[:, free]
            weighted = by * weights[:, None]
            normal += weighted.T @ by
            slope += weighted.T @ block.residuals
        while True:
            damped = normal + damping * np.diag(np.diag(normal) + 1e-6)
            step = np.zeros(state.size)
            step[free] = -np.linalg.solve(damped, slope)
            tried = state.moved(step)
            there = list(blocks(tried))
            reached = sum(block.cost() for block in there)
            if np.isfinite(reached) and reached < cost:
                gain = (cost - reached) / cost
                state, cost, now = tried, reached, there
                damping = max(damping * 0.3, 1e-7)
                break
            damping *= 5
            if damping > 1e5:
                return state, cost
        if gain < 1e-4:
            break
    return state, cost
