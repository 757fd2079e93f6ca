"""Randomness by address: a draw is a pure function of (seed, what is drawn, number of the row).

A stream of numbers would tie a row to everything drawn before it. Here any row can be drawn alone, in any block size, and
the company with and without planted effects shares its luck. The generator is SplitMix64 (Steele, Lea, Flood 2014), read
at position `row` of a sequence whose starting point is the SHA-256 of seed and purpose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NONE = -1
"""Unknown, in arrays of whole numbers (times, codes, counts): all real ones here are 0 or more."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@lru_cache(maxsize=4096)
def _start(seed: int, what: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.sha256(f"{seed}|{what}".encode()).digest()[:8], "big"))


def splitmix64(start: np.uint64, rows: Ints) -> npt.NDArray[np.uint64]:
    """The outputs number `rows` (0 first) of the SplitMix64 generator with that starting state."""
    x = (rows.astype(np.uint64) + np.uint64(1)) * _GOLDEN + start
    x ^= x >> np.uint64(30)
    x *= _MIX1
    x ^= x >> np.uint64(27)
    x *= _MIX2
    x ^= x >> np.uint64(31)
    return x


@dataclass(frozen=True)
class Draws:
    """Draws of one seed. Every method takes the purpose and the row numbers, and returns one value a row."""

    seed: int

    def uniform(self, what: str, rows: Ints) -> Floats:
        """Uniform on the open interval (0, 1)."""
        return ((splitmix64(_start(self.seed, what), rows) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def between(self, what: str, rows: Ints, low: float, high: float) -> Floats:
        return low + (high - low) * self.uniform(what, rows)

    def normal(self, what: str, rows: Ints) -> Floats:
        """Standard normal (Box–Muller)."""
        radius = np.sqrt(-2.0 * np.log(self.uniform(what, rows)))
        return radius * np.cos(2.0 * np.pi * self.uniform(f"{what}'", rows))

    def lognormal(self, what: str, rows: Ints, sigma: float) -> Floats:
        """Log-normal with median 1."""
        return np.exp(sigma * self.normal(what, rows))

    def exponential(self, what: str, rows: Ints) -> Floats:
        """Exponential with mean 1."""
        return -np.log(self.uniform(what, rows))

    def chance(self, what: str, rows: Ints, probability: float | Floats) -> Flags:
        return self.uniform(what, rows) < probability

    def pick(self, what: str, rows: Ints, shares: Sequence[float]) -> Ints:
        """An index into `shares`, which need not sum to 1."""
        edges = np.cumsum(shares)
        return np.searchsorted(edges / edges[-1], self.uniform(what, rows), side="right").astype(np.int64)

    def pick_rows(self, what: str, rows: Ints, shares: Floats) -> Ints:
        """An index a row, from a matrix with one row of shares a row."""
        edges = np.cumsum(shares, axis=1)
        wanted = self.uniform(what, rows) * edges[:, -1]
        out: Ints = (wanted[:, None] >= edges[:, :-1]).sum(axis=1).astype(np.int64)
        return out
