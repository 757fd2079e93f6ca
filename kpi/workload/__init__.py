"""Workload: when tickets come in, how many wait and for how long, and which have waited longest."""

from kpi.workload.arrivals import SHOWS, Arrivals, arrivals
from kpi.workload.backlog import BANDS, Backlog, backlog, stalest
from kpi.workload.clock import cell_name, cell_of, pieces
from kpi.workload.peak import WEEKDAYS, Peak, hours_said, peak
from kpi.workload.staff import Staff, staffed

__all__ = [
    "BANDS",
    "SHOWS",
    "WEEKDAYS",
    "Arrivals",
    "Backlog",
    "Peak",
    "Staff",
    "arrivals",
    "backlog",
    "cell_name",
    "cell_of",
    "hours_said",
    "peak",
    "pieces",
    "staffed",
    "stalest",
]
