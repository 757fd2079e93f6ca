"""How do we compare? Published figures with their sources, our own past, and team against team; only like is set beside like.

figures = published() + read(text).figures
placed = place(ours(result, "csat", channel="phone"), figures, today)
placed.text                                   # the finding, in a sentence
placed.refused                                # every figure that cannot stand beside it, with the reason
"""

from kpi.benchmarks.definitions import ALL, CHANNELS, INDUSTRIES, channel_of
from kpi.benchmarks.figures import COLUMNS, Book, Figure, Problem, published, read, write
from kpi.benchmarks.place import Compared, Ours, Placement, Refused, offered, ours, place

__all__ = [
    "ALL",
    "CHANNELS",
    "COLUMNS",
    "INDUSTRIES",
    "Book",
    "Compared",
    "Figure",
    "Ours",
    "Placement",
    "Problem",
    "Refused",
    "channel_of",
    "offered",
    "ours",
    "place",
    "published",
    "read",
    "write",
]
