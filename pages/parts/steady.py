"""Whether what moved row by row also moved by more than whole days scatter by themselves; asked once for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

import kpi
from kpi import Result
from kpi.changes import Pair, by_days, periods
from pages.parts.mine import Mine

ERROR = 0.05
SAID = "Counted row by row it would be beyond chance, but whole days scatter as much by themselves."


def doubted(now: Result, mine: Mine) -> frozenset[str]:
    """The metrics whose change is beyond noise row by row, and is not by whole days."""
    alone = [row["metric"] for row in now.records() if row.get("is_beyond_noise")]
    pair = periods(now.scope)
    if not alone or pair is None:
        return frozenset()
    asked = tuple((name, tuple(values)) for name, values in sorted(now.scope.to_query().items()))
    p: Mapping[str, float] = _by_days(mine.dataset.fingerprint, asked, tuple(alone), _pair=pair, _data=mine.dataset)
    return frozenset(name for name, chance in p.items() if chance >= ERROR)


@st.cache_resource(max_entries=300, show_spinner=False)
def _by_days(fingerprint: str, asked: Any, names: Sequence[str], _pair: Pair, _data: kpi.Dataset) -> Mapping[str, float]:
    return by_days(names, _pair, _data)
