"""Deskmeter: every support KPI from the export of any help desk, with its uncertainty.

>>> import kpi
>>> data = kpi.read("tickets.csv", "messages.csv")
>>> result = kpi.measure(["csat", "first_reply_time"], kpi.Scope(by="week", split=["channel"]), data)
>>> print(result.text)

`kpi.correlations`, `kpi.changes` and `kpi.what_if` say what moves with what, why a number changed, and what follows if something moves.
"""

from kpi import changes, correlations, what_if
from kpi.catalogue import metrics
from kpi.engine import Dataset
from kpi.errors import KpiError
from kpi.hours import Calendar, read_calendar
from kpi.measure import Result, measure, rows
from kpi.metric import Metric
from kpi.read import read
from kpi.scope import Scope

__version__ = "0.1.0"

__all__ = [
    "Calendar",
    "Dataset",
    "KpiError",
    "Metric",
    "Result",
    "Scope",
    "changes",
    "correlations",
    "measure",
    "metrics",
    "read",
    "read_calendar",
    "rows",
    "what_if",
]
