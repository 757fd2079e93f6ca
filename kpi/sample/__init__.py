"""A believable support company, made up and seeded, with planted effects whose true size is written down.

    from kpi.sample import write
    truth = write(Path("sample"), tickets=50_000, seed=1)
    truth.effect("first_contact_on_csat").amount      # 12.0 points of CSAT

Two years of tickets, messages, changes, surveys, reviews, agents' time, costs and customers in the canonical format, the
working calendar, dated events, and `truth.json`. Nothing in it describes real people or a real company.
"""

from __future__ import annotations

from kpi.sample.compose import write
from kpi.sample.truth import Effect, Truth

__all__ = ["Effect", "Truth", "write"]
