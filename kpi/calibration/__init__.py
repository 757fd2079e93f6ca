"""How right was the app? What it claimed, kept with its date and scored later; and a back-test that answers on the first day."""

from kpi.calibration.backtest import HORIZONS, BackTest, Forecast, backtest
from kpi.calibration.calls import COLUMNS, KINDS, Call, Read, added, check, read, scope_of, scope_text
from kpi.calibration.scores import FEWEST, WORDS, Bin, Score, Scored, came_true, score, score_of, scored

__all__ = [
    "COLUMNS",
    "FEWEST",
    "HORIZONS",
    "KINDS",
    "WORDS",
    "BackTest",
    "Bin",
    "Call",
    "Forecast",
    "Read",
    "Score",
    "Scored",
    "added",
    "backtest",
    "came_true",
    "check",
    "read",
    "scope_of",
    "scope_text",
    "score",
    "score_of",
    "scored",
]
