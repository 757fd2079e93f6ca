"""Headers of more than one row: survey tools write the question, or the kind of answer, into rows of their own below the names.

Recognised by what only those rows say, so that a row of data is never taken for one: Qualtrics' `{"ImportId": …}` row (the row above it
holds the questions), and SurveyMonkey's `Response` row (choices below their question, nothing below the names of the other columns).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

LONGEST = 300
"""Characters kept of a question."""
_ANSWERS = ("response", "open-ended response")

Row = Sequence[str | None]


def whole_header(rows: Sequence[Row], at: int) -> tuple[tuple[str, ...], int]:
    """The headers a table has that begins at row `at`, and how many rows they take: 1, 2 or 3.

    What further rows say stands behind a name in square brackets (the question, the choice) or round ones (the zone), so that it is
    cut off as a note: `Q1 [How satisfied are you?]`, `StartDate [Start Date] (America/Denver)`.
    """
    names = tuple((cell or "").strip() for cell in rows[at]) if at < len(rows) else ()
    below = [_even(row, len(names)) for row in rows[at + 1 : at + 3]]
    ids = next((i for i, row in enumerate(below) if _is_import_row(row)), None)
    if ids is not None:
        zones = [_zone(cell) for cell in below[ids]]
        texts = below[0] if ids else ("",) * len(names)
        return tuple(_noted(n, t) + (f" ({z})" if z else "") for n, t, z in zip(names, texts, zones, strict=True)), ids + 2
    if below and _is_answer_row(names, below[0]):
        questions: list[str] = []
        for name in names:
            questions.append(name or (questions[-1] if questions else ""))
        return tuple(_noted(question, kind) for question, kind in zip(questions, below[0], strict=True)), 2
    return tuple(cell or "" for cell in rows[at]) if at < len(rows) else (), 1


def _even(row: Row, width: int) -> tuple[str, ...]:
    cells = tuple((cell or "").strip() for cell in row[:width])
    return (*cells, *[""] * (width - len(cells)))


def _is_import_row(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell]
    return bool(filled) and all(cell.startswith('{"ImportId"') for cell in filled)


def _is_answer_row(names: Sequence[str], row: Sequence[str]) -> bool:
    """Nothing below the first name, something below every column without a name, and the word for an answer."""
    if not names or not names[0] or row[0]:
        return False
    return any(cell.casefold() in _ANSWERS for cell in row) and all(cell or name for name, cell in zip(names, row, strict=True))


def _zone(cell: str) -> str:
    try:
        said = json.loads(cell)
    except (ValueError, RecursionError):
        return ""
    zone = said.get("timeZone") if isinstance(said, dict) else None
    return zone if isinstance(zone, str) else ""


def _noted(name: str, text: str) -> str:
    """A name with the text of a further row behind it. Brackets of its own would end the note too early."""
    text = " ".join(text.split())[:LONGEST].translate(str.maketrans("[]", "()"))
    return f"{name} [{text}]" if text and text.casefold() != name.casefold() else name
