"""A balanced scorecard: some metrics, a weight each, one total; with its interval, what the weights decide, and what the total hides.

lines = with_history(usual(data.lacking()), past)      # or read(text).lines
found = score(lines, now, before)
found.text                                             # the finding, in a sentence
found.hides                                            # what it cannot show
"""

from kpi.scorecard.card import ANCHORS, Card, Line, checked, read, usual, with_history, write
from kpi.scorecard.scored import Part, Scored
from kpi.scorecard.scoring import score

__all__ = ["ANCHORS", "Card", "Line", "Part", "Scored", "checked", "read", "score", "usual", "with_history", "write"]
