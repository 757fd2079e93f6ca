"""A report on paper: PDF with page numbers, tagged for screen readers, charts as lines and letters, the proof attached as deskmeter.json.

Typst sets it: of the libraries that come as a wheel it alone has letters beyond Latin, tables that go on over pages under their header, and tags.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, Literal, cast

import pandas as pd

from kpi.report import cells, pictures
from kpi.report.blocks import Block, Chart, Heading, Note, Report, Sentence, Table, Tile, Tiles, Title
from kpi.report.html import line
from kpi.report.look import colours
from kpi.report.text import Run, paragraphs, words

ATTACHED = "deskmeter.json"
MOST_ROWS = 400
"""A longer table is for the workbook; it is cut, and says so."""
WIDE = 9
"""Columns from which a table gets a page on its side."""
LONGEST = 18
"""Letters without a blank from which a word may be broken anywhere."""


def write(report: Report) -> bytes:
    """The whole file."""
    return typeset(report, "pdf", is_tall=False)


def typeset(report: Report, form: Literal["pdf", "png"], *, is_tall: bool) -> bytes:
    """The report set as pages, or as one page as tall as it needs to be."""
    import typst  # noqa: PLC0415  a large library of the extra `report`

    charts = {f"chart-{i}.svg": pictures.svg(chart).encode() for i, chart in enumerate(report.charts)}
    page = {
        "title": words(report.title),
        "about": report.foot,
        "foot": report.foot,
        "link": report.link,
        "tall": is_tall,
        "colours": colours("light"),
        "blocks": list(_blocks(report.blocks)),
    }
    proof = report.proof.to_json().encode()
    parts = {"main.typ": _layout(), "report.json": json.dumps(page, ensure_ascii=False).encode(), ATTACHED: proof, **charts}
    made = typst.compile(
        cast(Any, parts),  # files that lie nowhere; its type stub knows only of one
        format=form,
        ppi=144,
        timestamp=0,
    )
    return bytes(made)


def _layout() -> bytes:
    return (files("kpi.report") / "report.typ").read_bytes()


def _blocks(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    drawn = 0
    for block in blocks:
        match block:
            case Title(text) | Heading(text):
                runs = [run for one in paragraphs(text) for run in one.runs]
                yield {"kind": "title" if isinstance(block, Title) else "heading", "runs": _runs(runs)}
            case Sentence(text) | Note(text):
                parts = [{"runs": _runs(one.runs), "bullet": one.is_bullet} for one in paragraphs(text)]
                yield {"kind": "sentence" if isinstance(block, Sentence) else "note", "parts": parts}
            case Tiles(tiles):
                yield {"kind": "tiles", "tiles": [_tile(tile) for tile in tiles]}
            case Chart():
                yield {"kind": "chart", "file": f"chart-{drawn}.svg", "alt": block.alt}
                drawn += 1
            case Table(frame) if frame.shape[1]:
                yield _table(frame)


def _runs(runs: Sequence[Run]) -> list[dict[str, Any]]:
    return [
        {"text": broken(one.text), "strong": one.is_strong, "quiet": one.is_quiet, "code": one.is_code, "link": one.link} for one in runs
    ]


def _tile(tile: Tile) -> dict[str, Any]:
    drawn = line(tile.line, tile.is_count)
    accent = colours("light")["accent"]
    style = f"fill:{accent}" if tile.is_count else f"fill:none;stroke:{accent};stroke-width:1.4;vector-effect:non-scaling-stroke"
    svg = re.sub(r"<(path|rect) ", lambda found: f'<{found[1]} style="{style}" ', drawn).replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '
    )
    return {
        "label": tile.label,
        "value": tile.value,
        "change": ", ".join(part for part in (tile.change, tile.verdict) if part),
        "tone": tile.tone,
        "line": svg,
        "below": broken(tile.below),
        "chip": tile.chip,
        "chip_tone": tile.chip_tone,
        "lacks": bool(tile.lacks),
    }


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    """A table whose columns share the width by what they hold; small lines have no place on paper."""
    kept = frame.loc[:, [not any(isinstance(v, list) for v in frame.iloc[:, i]) for i in range(frame.shape[1])]]
    rows = cells.plain(kept.head(MOST_ROWS))
    right = [all(cells.is_number(row[i]) or row[i] is None for row in rows) and bool(rows) for i in range(kept.shape[1])]
    said = [[cells.said(value) for value in row] for row in rows]
    names = [str(name) for name in kept.columns]
    return {
        "kind": "table",
        "names": [broken(name) for name in names],
        "rows": [[broken(text) for text in row] for row in said],
        "right": right,
        "widths": [_width(name, [row[i] for row in said]) for i, name in enumerate(names)],
        "wide": len(names) >= WIDE,
        "cut": f"The first {MOST_ROWS} of {len(frame):,} rows." if len(frame) > MOST_ROWS else "",
    }


def _width(name: str, texts: Sequence[str]) -> float:
    """A column's part of the width: its usual text counts more than its longest."""
    lengths = sorted(map(len, texts)) or [0]
    longest_word = max((len(word) for text in (name, *texts) for word in text.split(" ")), default=1)
    usual = lengths[int(0.9 * (len(lengths) - 1))]
    return float(min(max(longest_word if longest_word <= LONGEST else LONGEST, min(usual, 46), 4), 46))


def broken(text: str) -> str:
    """A text whose long words may be broken anywhere, so that nothing is wider than its column."""
    return re.sub(rf"\S{{{LONGEST + 1},}}", lambda word: "\u200b".join(re.findall(r".{1,6}", word[0])), text)
