"""Where a finding stands: every place as rows to download, and the first few of them."""

from __future__ import annotations

import pandas as pd

from kpi.engine import Dataset
from kpi.quality.model import Example, Finding
from kpi.scope import Scope

MOST = 5
"""So many examples are shown of each finding."""
_COLUMNS = ["ticket", "file", "row", "text"]


def places(finding: Finding, scope: Scope, data: Dataset) -> pd.DataFrame:
    """All places of a finding, in order: ticket ("" where there is none), file, row (null: no single row), text (what stands there)."""
    if finding.listing:
        return _listed(finding.listing, data, data.stand(scope.as_of, scope.calendar))
    known = finding.places or finding.examples
    frame = pd.DataFrame([[e.ticket, e.file, e.row, e.text] for e in known], columns=_COLUMNS)
    return frame.astype({"row": "Int64"})


def examples(listing: str, data: Dataset, schema: str = "") -> tuple[Example, ...]:
    """The first places of a listing."""
    frame = _listed(listing, data, schema or data.canonical, MOST)
    return tuple(
        Example(str(ticket), str(file), None if pd.isna(row) else int(row), str(text))
        for ticket, file, row, text in frame.itertuples(index=False)
    )


def _listed(listing: str, data: Dataset, schema: str, most: int = -1) -> pd.DataFrame:
    limit = f" LIMIT {int(most)}" if most >= 0 else ""
    frame = data.query(
        "SELECT coalesce(ticket, '') AS ticket, coalesce(file, '') AS file, \"row\", coalesce(text, '') AS text "
        f'FROM ({listing}) AS l(ticket, file, "row", text) ORDER BY ticket, file, "row", text{limit}',
        schema,
    )
    return frame.astype({"row": "Int64"})
