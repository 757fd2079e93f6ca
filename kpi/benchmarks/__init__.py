"""How do we compare? Published figures with their sources, our own past, and team against team; only like is set beside like.

figures = published() + read(text).figures
placed = place(ours(result, "csat", channel="phone"), figures, today)
placed.text                                   # the finding, in a sentence
placed.refused                                # every figure that cannot stand beside it, with the reason
"""

from kpi.benchmarks.definitions import ALL, CHANNELS, INDUSTRIES, KINDS, UNITS, channel_of
from kpi.benchmarks.distances import Gap, Gaps, gaps
from kpi.benchmarks.figures import COLUMNS, Book, Figure, Problem, published, read, write
from kpi.benchmarks.history import Past, past
from kpi.benchmarks.peers import Group, Groups, groups
from kpi.benchmarks.placing import Compared, Ours, Placement, Refused, offered, ours, place, would

__all__ = [
    "ALL",
    "CHANNELS",
    "COLUMNS",
    "INDUSTRIES",
    "KINDS",
    "UNITS",
    "Book",
    "Compared",
    "Figure",
    "Gap",
    "Gaps",
    "Group",
    "Groups",
    "Ours",
    "Past",
    "Placement",
    "Problem",
    "Refused",
    "channel_of",
    "gaps",
    "groups",
    "offered",
    "ours",
    "past",
    "place",
    "published",
    "read",
    "would",
    "write",
]
