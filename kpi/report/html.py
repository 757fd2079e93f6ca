"""A report as one HTML file: opens without a network, asks for nothing, charts live, tables sortable, light and dark, prints well.

Every text is escaped here and only here. Scripts are ours alone: the page allows them by their hash, so that even an escape that failed would
not run. What charts need is JSON in script elements that nothing executes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any

from kpi.report import cells, look, pictures
from kpi.report.blocks import Block, Chart, Heading, Note, Report, Sentence, Table, Tile, Tiles, Title
from kpi.report.text import Run, paragraphs, words

PROOF_ID = "deskmeter"
MOST_ROWS = 2_000
"""A table of more rows is cut, and says so: the workbook and the CSV have them all."""


def write(report: Report) -> bytes:
    """The whole file, UTF-8."""
    scripts = [_bundle(), _own()]
    specs = [look.drawing(chart) for chart in report.charts]
    configs = {theme: look.config(theme) for theme in look.THEMES}
    return "".join(
        [
            "<!doctype html>\n",
            '<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n',
            f"<title>{escape(words(report.title))}</title>\n<style>{_style()}</style>\n</head>\n<body>\n<main>\n",
            *(f"{part}\n" for part in _blocks(report.blocks)),
            f"</main>\n{_foot(report)}\n",
            _data("charts", specs),
            _data("configs", configs),
            f'<script type="application/json" id="{PROOF_ID}">{report.proof.to_json()}</script>\n',
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>\n",
        ]
    ).encode()


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    """The blocks as HTML, in their order."""
    drawn = 0
    for block in blocks:
        match block:
            case Title(text):
                yield f"<h1>{_line(text)}</h1>"
            case Heading(text):
                yield f"<h2>{_line(text)}</h2>"
            case Sentence(text):
                yield prose(text)
            case Note(text):
                yield prose(text, ' class="quiet"')
            case Tiles(tiles):
                yield f'<ul class="tiles">{"".join(map(_tile, tiles))}</ul>'
            case Chart():
                yield _chart(block, drawn)
                drawn += 1
            case Table(frame, alt):
                yield _table(frame, alt)


def prose(text: str, look_of: str = "") -> str:
    """Paragraphs and lists of our Markdown as HTML."""
    out, bullets = [], []
    for one in [*paragraphs(text), None]:
        if one is not None and one.is_bullet:
            bullets.append(f"<li>{_runs(one.runs)}</li>")
            continue
        if bullets:
            out.append(f"<ul{look_of}>{''.join(bullets)}</ul>")
            bullets = []
        if one is not None:
            out.append(f"<p{look_of}>{_runs(one.runs)}</p>")
    return "\n".join(out)


def _line(text: str) -> str:
    return " ".join(_runs(one.runs) for one in paragraphs(text))


def _runs(runs: Sequence[Run]) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    said = escape(run.text).replace("\n", "<br>")
    for is_so, tag in ((run.is_code, "code"), (run.is_quiet, "em"), (run.is_strong, "strong")):
        said = f"<{tag}>{said}</{tag}>" if is_so else said
    return f'<a href="{escape(run.link)}" rel="noopener noreferrer">{said}</a>' if run.link else said


def _tile(tile: Tile) -> str:
    spoken = ", ".join(part for part in (tile.change, tile.verdict) if part)
    change = f'<div class="change {tile.tone}">{escape(spoken)}</div>' if spoken else ""
    chip = f'<div class="chip {tile.chip_tone}">{escape(tile.chip)}</div>' if tile.chip else ""
    below = f'<div class="quiet">{escape(tile.below)}</div>' if tile.below else ""
    title = f' title="{escape(tile.about)}"' if tile.about else ""
    return (
        f'<li class="tile{" lacks" if tile.lacks else ""}"><div class="name"{title}>{escape(tile.label)}</div><div class="value">{escape(tile.value)}</div>'
        f"{change}{line(tile.line, tile.is_count)}{below}{chip}</li>"
    )


def line(values: Sequence[float | None], is_count: bool = False) -> str:
    """A small line (counts: bars) as SVG; "" for fewer than four values."""
    known = [value for value in values if value is not None]
    if len(known) < 4:
        return ""
    low, high = min([0.0, *known] if is_count else known), max(known)
    at = [None if v is None else round(30 - 28 * (v - low) / ((high - low) or 1), 2) for v in values]
    step = 100 / len(at) if is_count else 100 / (len(at) - 1)
    if is_count:
        marks = "".join(
            f'<rect x="{i * step:.2f}" y="{y}" width="{step * 0.75:.2f}" height="{30 - y:.2f}"/>' for i, y in enumerate(at) if y is not None
        )
    else:
        pen, path = "M", []
        for i, y in enumerate(at):
            if y is None:
                pen = "M"
            else:
                path.append(f"{pen}{i * step:.2f} {y}")
                pen = "L"
        marks = f'<path d="{"".join(path)}"/>'
    return f'<svg class="spark" viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">{marks}</svg>'


def _chart(chart: Chart, number: int) -> str:
    table = f"<details><summary>Show as a table</summary>{_table(chart.table, chart.alt)}</details>" if len(chart.table) else ""
    return (
        f'<figure><div class="chart" data-chart="{number}" role="img" aria-label="{escape(chart.alt)}"></div>'
        f"<figcaption>{escape(chart.alt)}</figcaption>{table}</figure>"
    )


def _table(frame: Any, alt: str) -> str:
    rows = cells.plain(frame.head(MOST_ROWS))
    names = [str(name) for name in frame.columns]
    right = [
        all(cells.is_number(row[i]) or row[i] is None for row in rows) and any(row[i] is not None for row in rows)
        for i in range(len(names))
    ]
    lines = [any(isinstance(row[i], list) for row in rows) for i in range(len(names))]
    heads = "".join(
        f'<th scope="col"{_class(right[i])}>{escape(name)}</th>'
        if lines[i] or not name.strip()
        else f'<th scope="col" aria-sort="none"{_class(right[i])}><button type="button">{escape(name)}</button></th>'
        for i, name in enumerate(names)
    )
    body = "".join(f"<tr>{''.join(_cell(value, right[i]) for i, value in enumerate(row))}</tr>" for row in rows)
    cut = f'<p class="quiet">The first {MOST_ROWS:,} of {len(frame):,} rows.</p>' if len(frame) > MOST_ROWS else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(alt)}"><table data-sorts><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{cut}"
    )


def _cell(value: Any, is_right: bool) -> str:
    if cells.is_line(value):
        return f"<td>{line(value)}</td>"
    known = "" if value is None else repr(value)
    raw = f' data-v="{known}"' if is_right else ""
    return f"<td{_class(is_right)}{raw}>{escape(cells.said(value))}</td>"


def _class(is_right: bool) -> str:
    return ' class="number"' if is_right else ""


def _foot(report: Report) -> str:
    link = f'<p><a href="{escape(report.link)}" rel="noopener noreferrer">Open the live page</a></p>' if report.link else ""
    count = report.proof.count
    check = f"This file carries {count:,} measured numbers with their scope; <code>kpi verify FILE DATA</code> makes them again.</p>"
    return f"<footer>{link}<p>{escape(report.foot)}</p>{f'<p>{check}' if count else ''}</footer>"


def _data(name: str, value: Any) -> str:
    return f'<script type="application/json" id="{name}">{look.embedded(value)}</script>\n'


def _policy(scripts: Sequence[str]) -> str:
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    # Vega sets sizes and cursors as style attributes; no text of anybody's ever stands in one.
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@lru_cache(maxsize=1)
def _bundle() -> str:
    return _harmless(f"(()=>{{{pictures.scripts()}}})();")


@lru_cache(maxsize=1)
def _own() -> str:
    return _harmless((files("kpi.report") / "report.js").read_text("utf-8"))


@lru_cache(maxsize=1)
def _style() -> str:
    def tokens(theme: str) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in look.colours(theme).items())

    css = (files("kpi.report") / "report.css").read_text("utf-8")
    return (
        f":root{{{tokens('light')}}}\n@media screen and (prefers-color-scheme: dark){{:root{{{tokens('dark')}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{tokens('light')}--paper:#fff;}}}}\n{css}"
    )


def _harmless(script: str) -> str:
    """A script that cannot end its own element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
