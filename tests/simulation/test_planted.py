"""The sample company's planted truths are recovered within their intervals in at least 93 of 100 companies."""

from __future__ import annotations

import pytest

from tests.simulation.planted import Recovered, recover, trap
from tests.simulation.shared import shared

SEEDS, LARGE = range(100), range(4)
AT_LEAST = 93
NEAR = 0.01
"""How far the elasticity of cost may lie off: it follows by arithmetic from hours and books, so that it has no interval."""

pytestmark = pytest.mark.simulation
answers = pytest.mark.xdist_group("planted answers")
works = pytest.mark.xdist_group("planted works")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Recovered]:
    """Two groups of tests, so that two workers make the companies together."""
    return shared(tmp_path_factory, "planted", SEEDS, recover)


@answers
@pytest.mark.parametrize("how", ["linked", "learned"])
def test_first_contact_on_csat(found: list[Recovered], how: str) -> None:
    """As Correlations compares like with like, and as What if learns it."""
    missed = [(one.seed, getattr(one, how)) for one in found if not getattr(one, how).is_recovered]
    assert len(found) - len(missed) >= AT_LEAST, missed
    assert all(getattr(one, how).wanted > 5 for one in found)


@works
def test_handle_time_on_cost(found: list[Recovered]) -> None:
    missed = [(one.seed, one.elasticity) for one in found if not abs(one.elasticity[0] - one.elasticity[1]) < NEAR]
    assert len(found) - len(missed) >= AT_LEAST, missed


@works
@pytest.mark.parametrize("where", ["together", "inside"])
def test_the_trap(found: list[Recovered], where: str) -> None:
    """Worse all together, better inside every channel: each difference by itself."""
    missed = [(one.seed, getattr(one, where)) for one in found if not getattr(one, where).is_recovered]
    assert len(found) - len(missed) >= AT_LEAST, missed
    assert all((getattr(one, where).wanted < 0) == (where == "together") for one in found)


@works
def test_the_trap_is_never_named_the_wrong_way_round(found: list[Recovered]) -> None:
    assert all(one.together.high < 0 < one.inside.low for one in found if one.is_named)


def test_the_trap_is_named_where_there_are_answers_enough() -> None:
    for seed in LARGE:
        is_named, together, inside = trap(seed)
        assert is_named and together.high < 0 < inside.low, (seed, together, inside)
