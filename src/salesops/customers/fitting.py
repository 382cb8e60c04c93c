"""Finding what makes data likeliest: parameters above 0, searched by their logarithms."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Likelihood = Callable[[Array], float]  # of the parameters
OfEach = Callable[[Array], Array]  # the same of each customer, one place each

FARTHEST = 10.0  # from 0, of a logarithm: beyond, parameters differ in nothing that data tell
STEP, STOP, ROUNDS = 1e-4, 1e-4, 25
FAR = 0.5  # of a logarithm: farther the curvature of one place does not lead


def likeliest(likelihood: Likelihood, start: Sequence[float] | Array) -> Array:
    """The parameters of the greatest log-likelihood, by the simplex of Nelder and Mead (1965), begun anew once."""
    logs = np.log(np.asarray(start, dtype=np.float64))
    for _ in range(2):
        logs = _simplex(_of_logs(likelihood), logs)
    return np.exp(logs)


class Refitting:
    """Fits data that differ little from those `best` was found on: a few steps by the curvature there.

    What lies as far out as is looked stays there.
    """

    def __init__(self, likelihood: Likelihood, best: Array) -> None:
        self._start = np.log(best)
        self._free = np.flatnonzero(np.abs(self._start) < FARTHEST - 1)
        self._inverse = _inverse_curvature(self._within(_of_logs(likelihood)), self._near)

    @property
    def _near(self) -> Array:
        return self._start[self._free]

    def steps(self, each: OfEach) -> Callable[[Array], Array | None]:
        """Fits customers counted so many times each by one step along what each of them pulls, at the cost of one product.

        Of many customers it ends where `fit` does. None where no curvature leads, or too far for one step.
        """
        inverse = self._inverse
        if inverse is None:
            return lambda weights: None  # noqa: ARG005
        near = self._near
        pulls = np.array(
            [
                (each(np.exp(self._whole(near + s))) - each(np.exp(self._whole(near - s))))
                / (2 * STEP)
                for s in STEP * np.eye(len(near))
            ]
        )

        def fit(weights: Array) -> Array | None:
            logs = near + inverse @ (pulls @ weights)
            is_near = np.all(np.abs(logs - near) < FAR) and np.all(np.abs(logs) < FARTHEST - 1)
            return np.exp(self._whole(logs)) if is_near else None

        return fit

    def _within(self, height: Likelihood) -> Likelihood:
        def of_free(logs: Array) -> float:
            return height(self._whole(logs))

        return of_free

    def _whole(self, logs: Array) -> Array:
        found = self._start.copy()
        found[self._free] = logs
        return found

    def fit(self, likelihood: Likelihood) -> Array:
        """As `likeliest`, which it falls back on where the curvature leads nowhere."""
        height, logs = self._within(_of_logs(likelihood)), self._near
        if self._inverse is not None:
            for _ in range(ROUNDS):
                step = np.clip(self._inverse @ _slope(height, logs), -FAR, FAR)
                logs = logs + step
                if not np.all(np.abs(logs) < FARTHEST - 1):
                    break
                if np.abs(step).max(initial=0) < STOP:
                    return np.exp(self._whole(logs))
        return np.exp(self._whole(_simplex(height, self._near, near=1e-3, level=1e-4)))


def _of_logs(likelihood: Likelihood) -> Likelihood:
    def height(logs: Array) -> float:
        if np.abs(logs).max() > FARTHEST:
            return -np.inf
        found = likelihood(np.exp(logs))
        return found if np.isfinite(found) else -np.inf

    return height


def _simplex(height: Likelihood, start: Array, *, near: float = 1e-6, level: float = 1e-8) -> Array:
    """Reflect, expand, contract or shrink until corners are as high as each other and close."""
    if (n := len(start)) == 0:
        return start
    corners = [start, *(start + 0.5 * np.eye(n)[i] for i in range(n))]
    heights = [height(corner) for corner in corners]
    for _ in range(400 * n):
        order = np.argsort([-h for h in heights], kind="stable")
        corners = [corners[i] for i in order]
        heights = [heights[i] for i in order]
        spread = max(float(np.abs(corner - corners[0]).max()) for corner in corners[1:])
        if spread < near and heights[0] - heights[-1] < level:
            break
        middle = np.mean(corners[:-1], axis=0)
        worst = corners[-1]
        tried = middle + (middle - worst)
        high = height(tried)
        if high > heights[0]:
            further = middle + 2 * (middle - worst)
            if (highest := height(further)) > high:
                tried, high = further, highest
        elif high <= heights[-2]:
            nearer = middle + 0.5 * ((tried if high > heights[-1] else worst) - middle)
            if (found := height(nearer)) > max(high, heights[-1]):
                tried, high = nearer, found
            else:
                corners = [corners[0], *((c + corners[0]) / 2 for c in corners[1:])]
                heights = [heights[0], *(height(c) for c in corners[1:])]
                continue
        corners[-1], heights[-1] = tried, high
    best: Array = corners[0]
    return best


def _slope(height: Likelihood, at: Array) -> Array:
    steps = STEP * np.eye(len(at))
    rises = [(height(at + s) - height(at - s)) / (2 * STEP) for s in steps]
    return np.array(rises, dtype=np.float64)


def _inverse_curvature(height: Likelihood, at: Array) -> Array | None:
    """The inverse of the negative second derivatives, None where the top is not round."""
    if len(at) == 0:
        return None
    steps = 1e-3 * np.eye(len(at))
    with np.errstate(invalid="ignore"):  # where a parameter leads out of what can be counted
        slopes = np.array([(_slope(height, at + s) - _slope(height, at - s)) / 2e-3 for s in steps])
    if not np.isfinite(slopes).all():
        return None
    curvature = -(slopes + slopes.T) / 2
    values, vectors = np.linalg.eigh(curvature)
    if values[0] <= 1e-6 * max(1.0, float(values[-1])):
        return None
    inverse: Array = (vectors / values) @ vectors.T
    return inverse
