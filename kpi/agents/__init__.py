"""Who needs help, and who cannot be told apart? Agents and teams beside each other, fairly.

found = compare("csat", "agent", scope, data)       # with the same tickets, all judged together
found.text                                         # the finding, in a sentence
"""

from kpi.agents.compare import compare, of_rows
from kpi.agents.mix import Mix, mix
from kpi.agents.model import ABOVE, ALIKE, ALONE, BELOW, FEW, FEWEST, SMALL, Compared, One
from kpi.agents.rows import BY, LIKE, Rows, comparable, has, read

__all__ = [
    "ABOVE",
    "ALIKE",
    "ALONE",
    "BELOW",
    "BY",
    "FEW",
    "FEWEST",
    "LIKE",
    "SMALL",
    "Compared",
    "Mix",
    "One",
    "Rows",
    "comparable",
    "compare",
    "has",
    "mix",
    "of_rows",
    "read",
]
