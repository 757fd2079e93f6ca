"""A report is a list of blocks; writers render them: one self-contained HTML page, PDF, picture, workbook, Markdown, notebook.

    made = Report((Title("How support is doing"), Sentence("**CSAT rose** …"), Tiles(…), Chart(…)), proof_of(results))
    Path("report.html").write_bytes(written(made, "html"))

Every file carries the numbers it shows with their scope, the data's fingerprint and the code's version (`Proof`); `kpi verify` makes them again.
"""

from kpi.report.blocks import Block, Chart, Heading, Note, Report, Sentence, Table, Tile, Tiles, Title, named
from kpi.report.files import KINDS, Kind, can_write, written
from kpi.report.proof import Numbers, Proof, proof_of
from kpi.report.text import escaped

__all__ = [
    "KINDS",
    "Block",
    "Chart",
    "Heading",
    "Kind",
    "Note",
    "Numbers",
    "Proof",
    "Report",
    "Sentence",
    "Table",
    "Tile",
    "Tiles",
    "Title",
    "can_write",
    "escaped",
    "named",
    "proof_of",
    "written",
]
