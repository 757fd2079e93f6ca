"""Colours as people see them who lack a kind of cone: what can be told apart by colour alone, and what carries a second sign.

Seen through Machado, Oliveira and Fernandes 2009 ("A physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15:1291,
severity 1, in linear RGB); distances are those of CIELAB 1976, where about 2.3 is just noticeable side by side. For thin lines and small marks we ask for 10.
"""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from kpi.charts import base
from kpi.charts.events import flags
from kpi.events import KINDS

THEME = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
LEAST = 10.0
SIGHT = {
    "usual": np.eye(3),
    "no red cones": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "no green cones": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "no blue cones": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
NOT_BY_COLOUR = {
    ("light", "grey", "mauve"): "the fourth and the seventh series: labelled at their ends or in the legend, in the order they are drawn",
    ("dark", "grey", "mauve"): "the fourth series and the seventh: likewise",
}
"""Pairs of the theme's series that somebody cannot tell apart by colour, and what tells them apart instead."""
BESIDE = {
    ("light", "mauve", "pooled"): "the seventh series beside pooled others, which stand last and say so by name",
    ("dark", "mauve", "pooled"): "likewise",
    ("light", "amber", "bad"): "bad is never a series: it comes with a word or a shape",
}
"""Pairs of a series and a fixed colour likewise. Grey and pooled are meant alike; green and good, vermilion and bad are one hue."""
ONE_HUE = {("grey", "pooled"), ("green", "good"), ("vermilion", "bad"), ("green", "bad"), ("vermilion", "good")}


def linear(colour: str) -> np.ndarray:
    """sRGB as written -> light, 0..1."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIELAB under D65."""
    matrix = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    xyz = matrix @ light / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: str, other: str, sight: str) -> float:
    """How far two colours lie apart in a kind of sight."""
    seen = [lab(np.clip(SIGHT[sight] @ linear(colour), 0, 1)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: 1 to 21."""
    low, high = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def series(mode: str) -> dict[str, str]:
    return dict(zip(base.SERIES, THEME[mode]["chartCategoricalColors"], strict=True))


def test_the_simulation_by_its_own_facts() -> None:
    """White, black and greys look the same to everybody; a brown and an olive hardly differ without green cones. CIELAB of white is 100, 0, 0 and
    of pure red 53.24, 80.09, 67.20 (the standard's)."""
    assert lab(linear("#FFFFFF")) == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    for sight, matrix in SIGHT.items():
        for grey in ("#000000", "#7F7F7F", "#FFFFFF"):
            assert apart(grey, grey, sight) == 0
            assert matrix @ linear(grey) == pytest.approx(linear(grey), abs=2e-6)
    assert apart("#A05000", "#607000", "no green cones") < apart("#A05000", "#607000", "usual") / 2
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_series_can_be_told_apart_or_are_listed(mode: str) -> None:
    colours = series(mode)
    close = {(mode, a, b) for a, b in itertools.combinations(colours, 2) for sight in SIGHT if apart(colours[a], colours[b], sight) < LEAST}
    assert close <= set(NOT_BY_COLOUR), f"told apart by colour alone: {sorted(close - set(NOT_BY_COLOUR))}"
    for a, b in itertools.combinations(colours, 2):
        assert apart(colours[a], colours[b], "usual") > 18


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_first_three_series_are_told_apart_by_everybody(mode: str) -> None:
    """Two or three lines on one chart are the usual case."""
    colours = series(mode)
    for a, b in itertools.combinations(base.SERIES[:3], 2):
        for sight in SIGHT:
            assert apart(colours[a], colours[b], sight) >= 17, (a, b, sight)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_good_and_bad_are_told_apart_by_everybody(mode: str) -> None:
    for sight in SIGHT:
        for a, b in itertools.combinations((base.GOOD, base.BAD, base.OTHERS), 2):
            assert apart(a, b, sight) >= 15, (a, b, sight)
    for colour in (base.GOOD, base.BAD, base.OTHERS):
        for ground in (THEME[mode]["backgroundColor"], THEME[mode]["secondaryBackgroundColor"]):
            assert contrast(colour, ground) >= 3, (colour, ground)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_series_beside_fixed_colours(mode: str) -> None:
    fixed = {"good": base.GOOD, "bad": base.BAD, "pooled": base.OTHERS}
    close = {
        (mode, name, role)
        for name, colour in series(mode).items()
        for role, other in fixed.items()
        for sight in SIGHT
        if (name, role) not in ONE_HUE and apart(colour, other, sight) < LEAST
    }
    assert close <= set(BESIDE), sorted(close - set(BESIDE))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_series_is_seen_on_its_ground(mode: str) -> None:
    """WCAG 1.4.11 asks for 3 : 1 where a colour is needed to understand."""
    weak = {
        name: round(contrast(colour, THEME[mode][ground]), 2)
        for name, colour in series(mode).items()
        for ground in ("backgroundColor", "secondaryBackgroundColor")
        if contrast(colour, THEME[mode][ground]) < 2.8
    }
    assert not weak, weak


def test_kinds_of_events_have_shapes_and_no_colours() -> None:
    layers = flags()
    assert not [layer for layer in layers if "color" in layer["encoding"]]
    assert len({kind.shape for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_lies_under_a_text_has_the_colour_of_the_page(theme: str) -> None:
    assert base.PAGE[theme] == THEME[theme]["backgroundColor"]
