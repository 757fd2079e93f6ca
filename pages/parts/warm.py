"""Before the first visitor: import what a page needs, compile the questions of the first pages, and leave all that to the garbage collector no more."""

from __future__ import annotations

import gc
import logging
from importlib import import_module

import kpi
from kpi import store
from kpi.correlations.periods import names_of
from kpi.examples import world
from pages.parts.board import BOARD

log = logging.getLogger("deskmeter")
_DATES = kpi.Scope(start="2026-01-01", end="2026-01-28")


def up() -> None:
    """Measure what the Overview, the Trends and links of weeks ask once over a tiny dataset: the texts that are compiled for it serve every dataset.

    Streamlit collects garbage after every run of a script; walking some 120,000 long-lived objects of pandas, Altair and Arrow costs
    about 70 ms each time, and freezing them once makes that nothing.
    """
    try:
        for name in ("altair", "pandas", "pyarrow", "scipy.stats"):
            import_module(name)
        data = world()
        board = [name for names in BOARD.values() for name in names[:4]]
        every = [name for name, lacks in data.lacking(_DATES.ask).items() if not lacks]  # what the Trends page looks at
        count = ["tickets_created"]  # what the sentence under the title says
        for names, scope, intervals in (
            (board, kpi.Scope(), True),
            (board, _DATES, True),
            (board, _DATES.but(by="week"), False),
            (every, _DATES.but(by="week"), True),
            (list(names_of(data, _DATES.ask)), _DATES.but(by="week"), False),
            (count, kpi.Scope(by="day"), False),
            (count, _DATES, False),
            (count, _DATES.but(params=(("statuses", "all"),)), False),
        ):
            kpi.measure(names, scope, data, intervals=intervals)
        store.workspaces.every()  # opens the book, and brings it to this version
    except Exception:  # nobody waits for it: a page does the same, later
        log.exception("the warm-up failed")
    gc.collect()
    gc.freeze()
