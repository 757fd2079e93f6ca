"""What the pages claim, noted for the record: forecasts, chances, and changes called real."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi.calibration import Call, added
from pages.parts import texts
from pages.parts.mine import Mine


def note(mine: Mine, calls: Sequence[Call]) -> None:
    """Keep what was claimed, once for each dataset, kind, metric, scope and due dates. Costs nothing when it is noted already."""
    seen: set[tuple[str, ...]] = st.session_state.setdefault("noted_calls", set())
    new = [call for call in calls if (mine.key, *call.key) not in seen]
    if not new:
        return
    texts.change(mine, "calls.csv", lambda text: added(text, new))
    seen.update((mine.key, *call.key) for call in new)
