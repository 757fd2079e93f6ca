"""Indirect standardisation, worked by hand; kinds that are joined; who has no equals."""

from __future__ import annotations

import numpy as np
import pytest

from kpi.agents import ALONE, explained, hardness, mix
from kpi.agents.mix import joined
from tests.agents.made import compared, plain, rows

HARD = {"Ana": {"phone": (60, 120), "email": (36, 40)}, "Ben": {"phone": (16, 40), "email": (102, 120)}}
"""Ana 96 of 160, Ben 118 of 160. Phone: 76 of 160 = .475, e-mail 138 of 160 = .8625. Expected of Ana's tickets 120 × .475 + 40 × .8625 = 91.5, of
Ben's 40 × .475 + 120 × .8625 = 122.5; both sums are 214. Ana looks worse (60 against 73.75 %) and is better on the same tickets."""


def test_expected_of_the_same_tickets_by_hand() -> None:
    found = compared(rows(HARD))
    ana, ben = found.ones
    assert (ana.got, ben.got) == pytest.approx((60.0, 73.75))
    assert (ana.expected, ben.expected) == pytest.approx((100 * 91.5 / 160, 100 * 122.5 / 160))
    assert found.like == ("channel",) and found.average == pytest.approx(100 * 214 / 320)
    assert hardness(found, ana) == "has harder tickets" and hardness(found, ben) == "has easier tickets"
    assert "got 60.0 % (n = 160), expected of the same tickets 57.2 %" in found.sentence(ana).replace("\u00a0", " ")


def test_without_columns_everybody_is_expected_to_be_average() -> None:
    found = rows(HARD)
    bare = compared(plain(found.names, list(found.group), list(found.value)))
    assert [one.expected for one in bare.ones] == pytest.approx([100 * 214 / 320] * 2) and bare.like == ()


def test_the_sums_of_what_was_and_what_was_expected_are_the_same() -> None:
    rng = np.random.default_rng(3)
    n = 5_000
    group, channel = rng.integers(0, 12, n), rng.integers(0, 5, n)
    month = channel * 40 + rng.integers(0, 40, n)
    value = (rng.random(n) < 0.5 + 0.08 * channel).astype(float)
    found = mix(plain([f"A{i}" for i in range(12)], list(group), list(value), ("channel", "month"), (list(channel), list(month))))
    assert found.expected.sum() == pytest.approx(value.sum(), abs=1e-9)
    for kind in np.unique(found.cell):
        here = found.cell == kind
        assert found.expected[here] == pytest.approx(np.full(here.sum(), value[here].mean()))


def test_kinds_with_few_rows_or_one_group_join_their_neighbours() -> None:
    """Channel 0: months 0 (30 rows of two), 1 (10 of two) and 2 (40 of one only). Months 1 and 2 join as the rest of channel 0. Channel 1 has 12
    rows: it is left over, in a kind of its own at the top."""
    channel = [0] * 80 + [1] * 12
    month = [0] * 30 + [1] * 10 + [2] * 40 + [3] * 12
    group = [0, 1] * 15 + [0, 1] * 5 + [0] * 40 + [0, 1] * 6
    cell, deepest = joined([np.array(channel), np.array(month)], np.array(group))
    kinds = [set(np.flatnonzero(cell == kind)) for kind in np.unique(cell)]
    assert sorted(kinds, key=min) == [set(range(30)), set(range(30, 80)), set(range(80, 92))] and deepest == 2
    assert joined([], np.array([0, 1]))[0].tolist() == [0, 0]


def test_who_has_no_equals_is_set_beside_nobody() -> None:
    """Cara takes all e-mails but a few; Ana and Ben share the phone."""
    found = compared(
        rows({"Ana": {"phone": (50, 100)}, "Ben": {"phone": (60, 100)}, "Cara": {"email": (95, 100)}, "Dan": {"email": (9, 12)}})
    )
    assert found.ones[2].verdict == ALONE and found.ones[2].estimate is None
    assert "Cara has tickets that hardly anybody else has" in found.caveat
    assert {one.name for one in found.placed} == {"Ana", "Ben", "Dan"}, "beside Cara's hundred, Dan has equals"


def test_what_the_mix_explains_is_said() -> None:
    """Everybody gets half on the phone and nine of ten by e-mail; only the mix differs."""
    same = {
        "Ana": {"phone": (150, 300), "email": (90, 100)},
        "Ben": {"phone": (50, 100), "email": (270, 300)},
        "Cara": {"phone": (100, 200), "email": (180, 200)},
    }
    found = rows(same)
    alike, as_is = compared(found), compared(plain(found.names, list(found.group), list(found.value)))
    assert {one.name for one in as_is.named} == {"Ana", "Ben"} and not alike.named
    assert (
        explained(as_is, alike)
        == "As the figures are, 2 of 3 agents stand out; with the same channel, 0 do. The kind of tickets may explain Ana and Ben."
    )
    assert [one.p for one in alike.ones] == pytest.approx([1.0] * 3)
