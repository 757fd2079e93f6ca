"""DuckDB: the only place that opens a database. A Dataset is its canonical tables, and for each calendar and instant the measured ones."""

from kpi.engine.dataset import CANONICAL, LISTS, MEMORY, VALUED, Dataset, connect, from_frames, quoted, quoted_text
from kpi.engine.seen import Seen
from kpi.engine.stored import KEPT, opened, write

__all__ = [
    "CANONICAL",
    "KEPT",
    "LISTS",
    "MEMORY",
    "VALUED",
    "Dataset",
    "Seen",
    "connect",
    "from_frames",
    "opened",
    "quoted",
    "quoted_text",
    "write",
]
