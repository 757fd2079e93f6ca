"""A report as one tall picture (PNG, 144 pixels an inch), for a chat or a slide. It carries no proof: a picture is to be looked at."""

from __future__ import annotations

from kpi.report import pdf
from kpi.report.blocks import Report


def write(report: Report) -> bytes:
    """The whole file."""
    return pdf.typeset(report, "png", is_tall=True)
