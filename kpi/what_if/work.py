"""Work, people and cost: identities, exact whatever the data. What is saved is capacity; it becomes cash only when rosters change."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kpi.what_if.inputs import find_input

HOUR = 3_600.0
NAN = float("nan")


@dataclass(frozen=True)
class Work:
    """A week of work. `tickets_per_week`, of which the share `handled` takes agents' time; `handle_time` in seconds; `occupancy` and `shrinkage` in
    per cent; `hourly_cost` of a paid hour; `other_cost` per ticket (software, rooms …), which moves with tickets alone; `paid_hours` a
    week as they are. Unknown is NaN.
    """

    tickets_per_week: float = NAN
    handle_time: float = NAN
    occupancy: float = NAN
    shrinkage: float = NAN
    hourly_cost: float = NAN
    other_cost: float = NAN
    paid_hours: float = NAN
    handled: float = 1.0

    @property
    def hours_needed(self) -> float:
        """Paid hours a week that the tickets ask for: tickets × handle time ÷ (occupancy × (1 − shrinkage))."""
        ready = self.occupancy / 100 * (1 - self.shrinkage / 100)
        return self.tickets_per_week * self.handled * self.handle_time / HOUR / ready if ready > 0 else NAN

    @property
    def cost_per_week(self) -> float:
        """Volume × handle time × rate ÷ (occupancy × (1 − shrinkage)), and what is not labour. NaN without a rate."""
        other = 0.0 if math.isnan(self.other_cost) else self.other_cost
        return self.hours_needed * self.hourly_cost + other * self.tickets_per_week

    @property
    def cost_per_ticket(self) -> float:
        return self.cost_per_week / self.tickets_per_week if self.tickets_per_week > 0 else NAN

    @property
    def capacity(self) -> float:
        """Tickets a week that the paid hours can do: paid hours × (1 − shrinkage) × occupancy ÷ handle time."""
        each = self.handle_time * self.handled / HOUR
        return self.paid_hours * (1 - self.shrinkage / 100) * self.occupancy / 100 / each if each > 0 else NAN

    def value(self, name: str) -> float:
        """An input or a result by name."""
        return float(getattr(self, name))

    def moved(self, moves: dict[str, float]) -> Work:
        """The week with some inputs moved; others' names are left aside."""
        return replace(self, **{find_input(name).name: value for name, value in moves.items() if hasattr(self, name)})


def other_cost(total: float, tickets: float, work: Work) -> tuple[float, str]:
    """(cost per ticket that is not labour, a remark): what the cost lines say less what the identity makes of hours and rate.

    Below 0 (the hours cost more than was spent) it is taken as 0, and the remark says so.
    """
    if math.isnan(total) or not tickets > 0 or math.isnan(work.hours_needed * work.hourly_cost):
        return NAN, ""
    each = total / tickets - work.hours_needed * work.hourly_cost / work.tickets_per_week
    if each >= 0:
        return each, ""
    return 0.0, "Hours times rate come to more than the cost lines say, so all cost is taken as labour."
