"""A report as Markdown for a chat, a ticket or a wiki: tiles and tables as tables, charts as their sentence; the proof in a comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from kpi.report import cells
from kpi.report.blocks import Chart, Heading, Note, Report, Sentence, Table, Tile, Tiles, Title
from kpi.report.text import Run, paragraphs

COMMENT = "<!-- deskmeter "
MOST_ROWS = 50
"""A longer table is for the workbook."""


def write(report: Report) -> bytes:
    """The whole file, UTF-8."""
    return f"{body(report)}\n{COMMENT}{report.proof.to_json()} -->\n".encode()


def body(report: Report) -> str:
    """The report without its proof: what a mail shows as text."""
    return "\n\n".join([*_parts(report), "---", f"{_escaped(report.foot)}"]) + "\n"


def _parts(report: Report) -> Iterator[str]:
    for block in report.blocks:
        match block:
            case Title(text):
                yield f"# {prose(text)}"
            case Heading(text):
                yield f"## {prose(text)}"
            case Sentence(text):
                yield prose(text)
            case Note(text):
                yield "\n\n".join(f"*{part}*" if "*" not in part and part[:2] != "- " else part for part in prose(text).split("\n\n"))
            case Tiles(tiles):
                yield tiles_table(tiles)
            case Chart():
                yield f"*{_escaped(block.alt)}*"
            case Table(frame):
                yield table(frame)
    if report.link:
        yield f"[Open the live page]({report.link})"


def prose(text: str) -> str:
    """Our Markdown as everybody's: icons and colours are gone, what comes from files stays escaped."""
    found = paragraphs(text)
    lines = [("- " if one.is_bullet else "") + "".join(map(_run, one.runs)) for one in found]
    return "".join(
        line + ("" if i == len(lines) - 1 else "\n" if one.is_bullet and found[i + 1].is_bullet else "\n\n")
        for i, (one, line) in enumerate(zip(found, lines, strict=True))
    )


def _run(run: Run) -> str:
    if run.is_code:
        return f"`{run.text.replace('`', ' ')}`"
    said = "  \n".join(_escaped(part) for part in run.text.split("\n"))
    inner = said.strip(" ")
    if not inner:
        return said
    before, after = said[: len(said) - len(said.lstrip(" "))], said[len(said.rstrip(" ")) :]
    for is_so, mark in ((run.is_quiet, "*"), (run.is_strong, "**")):
        inner = f"{mark}{inner}{mark}" if is_so else inner
    return f"{before}{f'[{inner}]({run.link})' if run.link else inner}{after}"


def _escaped(text: str) -> str:
    """What Markdown or HTML would read as a mark; "+1.5" and "20-30" stay readable."""
    out = "".join(
        f"\\{letter}" if letter in "\\`*_[]<>#|~$@" or (letter == "!" and text[i + 1 : i + 2] == "[") else letter
        for i, letter in enumerate(text)
    )
    return f"\\{out}" if out[:2] in ("- ", "+ ") else out


def tiles_table(tiles: Sequence[Tile]) -> str:
    rows = [
        [tile.label, tile.value, ", ".join(part for part in (tile.change, tile.verdict) if part), tile.below, tile.chip] for tile in tiles
    ]
    names = ["", "Value", "Change", "Interval and n", "Target"]
    kept = [i for i in range(len(names)) if i < 2 or any(row[i] for row in rows)]
    return _lines([names[i] for i in kept], [[row[i] for i in kept] for row in rows])


def table(frame: pd.DataFrame) -> str:
    shown = [i for i in range(frame.shape[1]) if not any(isinstance(v, list) for v in frame.iloc[:, i])]
    rows = [[cells.said(row[i]) for i in shown] for row in cells.plain(frame.head(MOST_ROWS))]
    cut = f"\n\nThe first {MOST_ROWS} of {len(frame):,} rows." if len(frame) > MOST_ROWS else ""
    return _lines([str(frame.columns[i]) for i in shown], rows) + cut


def _lines(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def one(parts: Sequence[str]) -> str:
        return "| " + " | ".join(_escaped(" ".join(part.split())) if part else " " for part in parts) + " |"

    return "\n".join([one(names), f"|{'---|' * len(names)}", *map(one, rows)])
