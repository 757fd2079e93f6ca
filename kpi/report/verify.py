"""A report held against data: the numbers it carries are measured again with the code at hand, and are equal, or it is said which are not.

told = verify(carried("report.html"), kpi.read("tickets.csv"))
told.is_equal, told.text
"""

from __future__ import annotations

import json
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi import units
from kpi.catalogue import CATALOGUE
from kpi.engine import Dataset
from kpi.errors import BadValue, KpiError, UnreadableFile
from kpi.explain.lines import code_version
from kpi.hours import Calendar
from kpi.measure import measure
from kpi.measure.result import COLUMNS
from kpi.report.html import PROOF_ID
from kpi.report.markdown import COMMENT
from kpi.report.proof import COMPARED, Numbers, Proof, Row, parsed, rows_of, whole_of
from kpi.report.workbook import NOTES
from kpi.scope import Scope

MOST_BYTES = 200_000_000
MOST_UNPACKED = 400_000_000
CLOSE = 1e-9
"""Relative: below it two digits are one. Sums of millions of rows are added by several cores, each time in another order."""
MOST_TOLD = 20


@dataclass(frozen=True)
class Difference:
    """A number that is not what it was. `then` and `now` map columns to values (None: unknown); empty where the number is not there at all."""

    metric: str
    period: str
    group: tuple[str, ...]
    then: dict[str, Any]
    now: dict[str, Any]

    @property
    def text(self) -> str:
        declared = CATALOGUE.get(self.metric)
        name = ", ".join([declared.label if declared else self.metric, *([self.period] if self.period != "all" else []), *self.group])
        if not self.now:
            return f"{name}: cannot be measured here."
        if not self.then:
            return f"{name}: was not there."
        column = next(column for column in self.then if not _same(self.then[column], self.now[column]))
        then, now = self.then[column], self.now[column]
        if declared and column in ("value", "low", "high", "before"):
            words = [units.say(value, declared.unit) for value in (then, now)]
            if words[0] != words[1]:
                return f"{name}: {column} {words[0]} then, {words[1]} now."
        return f"{name}: {column} {then!r} then, {now!r} now."


@dataclass(frozen=True)
class Verdict:
    """What came of it. `checked` numbers were measured again; `differences` are those that are not the same."""

    proof: Proof
    fingerprint: str
    version: str
    checked: int
    differences: tuple[Difference, ...]

    @property
    def is_equal(self) -> bool:
        return not self.differences

    @property
    def same_data(self) -> bool:
        return self.proof.fingerprint == self.fingerprint

    @property
    def same_whole(self) -> bool:
        """Whether both are of the same data, whatever part of them each shows."""
        return whole_of(self.proof.fingerprint) == whole_of(self.fingerprint)

    @property
    def same_code(self) -> bool:
        return self.proof.version == self.version

    @property
    def text(self) -> str:
        """The verdict, then what is not the same, a sentence a line."""
        return "\n".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if not self.checked and self.is_equal:
            yield "The file carries no measured number."
        elif self.is_equal:
            yield f"Equal: all {self.checked:,} numbers." if self.checked != 1 else "Equal: the one number."
        else:
            yield f"{len(self.differences):,} of {self.checked:,} numbers differ."
        if self.same_whole and not self.same_data:
            yield "The data are the same; the file shows a part of them."
        elif not self.same_data:
            yield f"The data are others: fingerprint {self.proof.fingerprint[:16] or 'unknown'} then, {self.fingerprint[:16]} now."
        if not self.same_code:
            yield f"The code is another: {self.proof.version} then, {self.version} now."
        yield from (one.text for one in self.differences[:MOST_TOLD])
        if len(self.differences) > MOST_TOLD:
            yield f"And {len(self.differences) - MOST_TOLD:,} more."


def verify(proof: Proof, data: Dataset, calendar: Calendar | None = None, hours: Mapping[str, Calendar] | None = None) -> Verdict:
    """Measure everything again. BadValue where the numbers count by working hours that are neither `calendar` nor, by fingerprint, among `hours`."""
    known = dict(hours or {}) | ({calendar.fingerprint: calendar} if calendar else {})
    differences, checked = [], 0
    for part in proof.numbers:
        now = _again(part, data, known)
        then = {row[:3]: row for row in part.rows}
        for key in dict.fromkeys([*then, *now]):
            was, is_ = then.get(key), now.get(key)
            checked += any(row is not None and row[3] is not None for row in (was, is_))  # an unknown value is no number
            if was is None or is_ is None or not all(map(_same, was[3:], is_[3:])) or len(was) != len(is_):
                differences.append(Difference(str(key[0]), str(key[1]), key[2], _named(was), _named(is_)))
    return Verdict(proof, data.fingerprint, code_version(), checked, tuple(differences))


def _again(part: Numbers, data: Dataset, hours: Mapping[str, Calendar]) -> dict[Row, Row]:
    """The rows of a measurement, made anew, by metric, period and group."""
    wanted = part.scope.get("calendar", [""])[0]
    if wanted and wanted not in hours:
        what = "These numbers were measured with working hours" + (", and those given are others." if hours else ".")
        raise BadValue(what, "Name the same file with --calendar.")
    scope = Scope.from_query(part.scope, calendar=hours.get(wanted))
    known = [name for name in part.metrics if name in CATALOGUE]
    if not known:
        return {}
    try:
        result = measure(known, scope, data, intervals=part.intervals)
    except KpiError:  # a column these data do not have
        return {}
    return {row[:3]: row for row in rows_of(result)}


def _named(row: Row | None) -> dict[str, Any]:
    return dict(zip((*COLUMNS, *COMPARED), row[3:], strict=False)) if row else {}


def _same(a: Any, b: Any) -> bool:
    return a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=CLOSE))


def carried(path: str | Path) -> Proof:
    """The proof a report file carries; UnreadableFile for a file that carries none."""
    place = Path(path)
    if not place.is_file():
        raise UnreadableFile(f"There is no file {place.name!r}.", "Check the path.")
    if place.stat().st_size > MOST_BYTES:
        raise UnreadableFile(f"{place.name} is too large for a report.", "Name the report first, then the data.")
    content = place.read_bytes()
    if content.startswith(b"%PDF"):
        found = _of_pdf(content)
    elif content.startswith(b"PK"):
        found = _of_workbook(place)
    else:
        found = _of_text(content.decode("utf-8", "replace"))
    if not found:
        raise UnreadableFile(
            f"{place.name} carries no numbers to verify.", "Name a report first (.html, .pdf, .xlsx, .md, .ipynb), then the data."
        )
    return parsed(found, place.name)


def _of_text(text: str) -> str:
    """The proof in a web page, in Markdown, or in a notebook."""
    if text.startswith("{"):
        try:
            return json.dumps(json.loads(text)["metadata"]["deskmeter"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
    for opens, closes in ((f'<script type="application/json" id="{PROOF_ID}">', "</script>"), (COMMENT, " -->")):
        at = text.rfind(opens)
        if at >= 0:
            return text[at + len(opens) :].partition(closes)[0]
    return ""


def _of_pdf(content: bytes) -> str:
    """The attachment of a PDF: the one stream that begins as a proof does. Packed streams are opened as far as a proof may reach."""
    for found in re.finditer(rb"stream\r?\n", content):
        raw = content[found.end() : found.end() + MOST_BYTES]
        try:
            opened = zlib.decompressobj()
            start = opened.decompress(raw, 64)
            if start.startswith(b'{"deskmeter":'):
                return (start + opened.decompress(opened.unconsumed_tail, MOST_UNPACKED)).decode("ascii", "replace")
        except zlib.error:
            if raw.startswith(b'{"deskmeter":'):
                return raw.partition(b"\nendstream")[0].decode("ascii", "replace")
    return ""


def _of_workbook(place: Path) -> str:
    """The pieces of the proof on the sheet of notes."""
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415  only who opens a workbook waits for it

    try:
        with zipfile.ZipFile(place) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                return ""
        book = load_workbook(str(place))
        rows: Sequence[Sequence[Any]] = book.get_sheet_by_name(NOTES).to_python() if NOTES in book.sheet_names else []
    except (OSError, zipfile.BadZipFile, CalamineError, ValueError):
        return ""
    return "".join(str(row[1]) for row in rows if len(row) > 1 and row[0] == "deskmeter")
