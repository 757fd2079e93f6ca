"""The Nile at Aswan, 1871-1970, foretold by R's `forecast` package: our third model is its simple exponential smoothing, and the mixture of three
must be surer than the naive methods and less sure than a constant mean."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from kpi.stats import fan, forecast_paths

NILE = np.array(json.loads((Path(__file__).parent / "classic_series.json").read_text("utf-8"))["nile"], dtype=float)
DRAWS = 30_000


@pytest.fixture(scope="module")
def paths() -> np.ndarray:
    return forecast_paths(NILE, 3, DRAWS)


def test_the_drifting_level_is_exponential_smoothing(paths: np.ndarray) -> None:
    """R `ets(Nile, "ANN")`: 805.38128; 95 % in 1971: 522.692 to 1088.070, in 1973: 506.135 to 1104.628. Ours draws its weight from the likelihood."""
    level = paths[-DRAWS // 3 :]
    assert np.median(level, axis=0) == pytest.approx([805.38] * 3, rel=0.015)
    low, high = np.quantile(level, [0.025, 0.975], axis=0)
    assert high[0] - low[0] == pytest.approx(1088.070 - 522.692, rel=0.05)
    assert high[2] - low[2] == pytest.approx(1104.628 - 506.135, rel=0.06)


def test_a_memory_around_a_constant_returns_to_it() -> None:
    """R `meanf(Nile)`: 919.35. Far ahead the first model knows no better, and it starts nearer to the last year (740)."""
    constant = forecast_paths(NILE, 60, 3_000)[:1_000]
    assert NILE.mean() == pytest.approx(919.35)
    assert np.median(constant[:, -1]) == pytest.approx(919.35, rel=0.03)
    assert np.median(constant[:, 0]) < np.median(constant[:, -1]) - 30


def test_surer_than_the_naive_methods(paths: np.ndarray) -> None:
    """R `naive`: 740, 95 % of 412.0497 to 1067.9503 after one year and 171.9735 to 1308.0265 after three; `rwf(drift)`: 736.161616, 732.323232, 728.484848;
    thetaf: 799.812. The naive ones are made anew here, so that the series and the published numbers are known to belong together."""
    steps = np.diff(NILE)
    naive = 1.959964 * math.sqrt(np.mean(steps**2)) * np.sqrt([1, 2, 3])
    assert (NILE[-1] - naive)[[0, 2]] == pytest.approx([412.0497, 171.9735], abs=0.01)
    assert (NILE[-1] + naive)[[0, 2]] == pytest.approx([1067.9503, 1308.0265], abs=0.01)
    assert NILE[-1] + np.mean(steps) * np.array([1, 2, 3]) == pytest.approx([736.161616, 732.323232, 728.484848], abs=1e-6)
    low, middle, high = fan(paths, [0.025, 0.5, 0.975])
    assert (high - low < 2 * naive).all() and high[2] - low[2] < 0.65 * 2 * naive[2], "the naive interval is far too wide"
    assert (high[1:] - low[1:] > high[0] - low[0] - 25).all(), "and further ahead it is no narrower"
    assert ((middle > 780) & (middle < 900)).all(), "between the last years' level (thetaf 799.8) and the mean of all (919)"
