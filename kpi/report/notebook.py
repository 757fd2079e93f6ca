"""A report as a Jupyter notebook (nbformat 4.5) that measures its numbers again with `kpi`, cell by cell, beside the files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from kpi.explain.lines import Reading
from kpi.report.blocks import Chart, Heading, Note, Report, Sentence, Table, Tiles, Title
from kpi.report.markdown import prose, table, tiles_table
from kpi.report.proof import Numbers, whole_of


def write(report: Report) -> bytes:
    """The whole file, UTF-8."""
    cells = [
        _markdown("\n\n".join(_told(report))),
        _code("\n".join(_reading(report.reading, report.proof.fingerprint))),
        *(_code(_measuring(part, report.reading)) for part in report.proof.numbers),
    ]
    book = {
        "cells": [{**cell, "id": hashlib.sha256(f"{i}{cell['source']}".encode()).hexdigest()[:16]} for i, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "deskmeter": report.proof.to_dict(),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode()


def _told(report: Report) -> Iterator[str]:
    """What the page says; tables of charts are left to the cells."""
    for block in report.blocks:
        match block:
            case Title(text):
                yield f"# {prose(text)}"
            case Heading(text):
                yield f"## {prose(text)}"
            case Sentence(text) | Note(text):
                yield prose(text)
            case Tiles(tiles):
                yield tiles_table(tiles)
            case Table(frame):
                yield table(frame)
            case Chart():
                pass
    yield f"*{prose(report.foot)}*"


def _reading(reading: Reading, fingerprint: str) -> Iterator[str]:
    folder = "sample/" if reading.is_sample else ""
    names = [f"{folder}{name}" for name in reading.files] or ["tickets.csv"]
    if reading.is_sample:
        yield from ("from pathlib import Path", "", "import kpi", "from kpi.sample import write", "")
        yield from ('write(Path("sample"))  # the sample company, made anew', "")
    else:
        yield from (*reading.imports, "")
    said = {"zone": reading.zone, "date_orders": dict(reading.date_orders), "mappings": dict(reading.mappings)}
    yield f"data = {reading.reader}("
    yield from (f"    {_literal(name)}," for name in names)
    yield from (f"    {name}={_literal(value)}," for name, value in said.items() if value)
    yield ")"
    part = "; the page showed a part of them" if "-" in fingerprint else ""
    yield f"data.fingerprint == {_literal(whole_of(fingerprint))}  # True for the same files, read alike{part}"


def _measuring(part: Numbers, reading: Reading) -> str:
    folder = "sample/" if reading.is_sample else ""
    scope = {name: list(values) for name, values in part.scope.items()}
    one = {name: values[0] for name, values in scope.items() if values}
    wanted: dict[str, Any] = {
        "by": one.get("by", "all") if one.get("by") != "all" else None,
        "split": scope.get("split"),
        "where": _pairs(scope.get("where", [])) or None,
        "start": one.get("from"),
        "end": one.get("to"),
        "zone": one.get("zone") if one.get("zone") != "UTC" else None,
        "clock": one.get("clock") if one.get("clock") != "calendar" else None,
        "calendar": f"{folder}calendar.toml" if "calendar" in one else None,
        "statistic": one.get("statistic"),
        "as_of": one.get("as_of"),
        "compare": one.get("compare"),
        "params": {name: values[-1] for name, values in _pairs(scope.get("param", [])).items()} or None,
    }
    given = ", ".join(f"{name}={_literal(value)}" for name, value in wanted.items() if value is not None)
    more = "" if part.intervals else ", intervals=False"
    return f"scope = kpi.Scope({given})\nresult = kpi.measure({_literal(list(part.metrics))}, scope, data{more})\nprint(result.text)\nresult.frame"


def _pairs(given: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        name, _, value = text.partition("=")
        found.setdefault(name, []).append(value)
    return found


def _literal(value: object) -> str:
    """Text, lists and dictionaries of text as Python writes them: what JSON writes is Python too."""
    return json.dumps(value, ensure_ascii=False)


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
