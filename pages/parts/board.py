"""Which metrics the Overview shows: those of the digest too."""

from kpi.report.board import ALWAYS, BOARD, shown

__all__ = ["ALWAYS", "BOARD", "shown"]
