"""Who needs help, and who cannot be told apart? Agents and teams beside each other, fairly.

found = compare("csat", "agent", scope, data)       # with the same tickets, all judged together
found.text                                         # the finding, in a sentence
"""

from kpi.agents.coaching import METRICS, Coaching, Person, Point, coached, coaching
from kpi.agents.compare import compare, of_rows
from kpi.agents.funnel import Funnel, even, funnel
from kpi.agents.mix import Mix, mix
from kpi.agents.model import ABOVE, ALIKE, ALONE, BELOW, FEW, FEWEST, SMALL, Compared, One
from kpi.agents.reviews import Rated, Reviewer, Reviews, reviews, strictness
from kpi.agents.rows import BY, LIKE, Rows, comparable, has, read
from kpi.agents.words import alike, explained, hardness, likely

__all__ = [
    "ABOVE",
    "ALIKE",
    "ALONE",
    "BELOW",
    "BY",
    "FEW",
    "FEWEST",
    "LIKE",
    "METRICS",
    "SMALL",
    "Coaching",
    "Compared",
    "Funnel",
    "Mix",
    "One",
    "Person",
    "Point",
    "Rated",
    "Reviewer",
    "Reviews",
    "Rows",
    "alike",
    "coached",
    "coaching",
    "comparable",
    "compare",
    "even",
    "explained",
    "funnel",
    "hardness",
    "has",
    "likely",
    "mix",
    "of_rows",
    "read",
    "reviews",
    "strictness",
]
