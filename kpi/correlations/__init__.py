"""What moves with what? Links between metrics at three units that are never mixed: tickets, weeks and agents.

matrix = correlate("tickets", scope, data)
matrix.text                                   # the finding and how many pairs were looked at
matrix.pair("csat", "first_reply_time").r     # like compared with like; `pooled` beside it
record.described(matrix)                      # as plain data; record.of_look(look(pair, scope, data)) for one pair closely
"""

from kpi.correlations import agents, periods, record, tickets
from kpi.correlations.arithmetic import Link, linked
from kpi.correlations.dates import WEEKS, widened
from kpi.correlations.model import UNITS, Matrix, Pair
from kpi.correlations.order import NAMED, driver_first
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.scope import Scope

__all__ = ["NAMED", "UNITS", "WEEKS", "Link", "Matrix", "Pair", "correlate", "driver_first", "linked", "record", "widened"]

_MATRICES = {"tickets": tickets.matrix, "periods": periods.matrix, "agents": agents.matrix}


def correlate(unit: str, scope: Scope, data: Dataset) -> Matrix:
    """All pairs of the metrics the data allow at one unit ("tickets", "periods" or "agents"), judged together.

    Tickets are those created in the scope's dates; periods are the whole weeks of the scope. BadValue for another unit.
    """
    if unit not in _MATRICES:
        raise BadValue(f"There is no unit {unit!r}.", f"It may be {', '.join(_MATRICES)}.")
    return _MATRICES[unit](scope, data)
