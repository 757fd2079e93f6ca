"""The forms a metric can take: which sums travel together, and how they become a value with an interval."""

from kpi.forms.base import Behind, Cells, Finished, Form, Part
from kpi.forms.choices import Choice, both_clocks
from kpi.forms.counts import Difference, Ratio, Spread, Total
from kpi.forms.durations import Duration
from kpi.forms.shares import Mean, Nps, Share

__all__ = [
    "Behind",
    "Cells",
    "Choice",
    "Difference",
    "Duration",
    "Finished",
    "Form",
    "Mean",
    "Nps",
    "Part",
    "Ratio",
    "Share",
    "Spread",
    "Total",
    "both_clocks",
]
