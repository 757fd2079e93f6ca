"""A report as the HTML of a mail: no script, no outside address, tables for mail programs that know little; charts as pictures that come along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import pandas as pd

from kpi.report import cells
from kpi.report.blocks import Chart, Heading, Note, Report, Sentence, Table, Tile, Tiles, Title
from kpi.report.html import prose
from kpi.report.look import SANS, colours
from kpi.report.text import words

MOST_ROWS = 30
"""Of a longer table a mail shows the first; the file attached has all."""


def html(report: Report, pictures: Sequence[str]) -> str:
    """The body. `pictures` are the content ids of the charts, in their order; without them charts are their sentence."""
    own = colours("light")
    body = "\n".join(_parts(report, list(pictures), own))
    live = f'<p><a href="{escape(report.link)}">Open the live page</a></p>' if report.link else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(words(report.title))}</title></head>'
        f'<body style="margin:0;background:{own["paper"]};color:{own["ink"]};font:15px/1.5 {escape(SANS)}">'
        f'<div style="max-width:680px;margin:0 auto;padding:20px">{body}{live}'
        f'<p style="color:{own["quiet"]};font-size:12px;border-top:1px solid {own["line"]};padding-top:8px">{escape(report.foot)}</p></div></body></html>'
    )


def _parts(report: Report, pictures: list[str], own: dict[str, str]) -> Iterator[str]:
    for block in report.blocks:
        match block:
            case Title(text):
                yield f'<h1 style="font-size:24px;margin:0 0 4px">{escape(words(text))}</h1>'
            case Heading(text):
                yield f'<h2 style="font-size:17px;margin:24px 0 6px">{escape(words(text))}</h2>'
            case Sentence(text):
                yield prose(text)
            case Note(text):
                yield f'<div style="color:{own["quiet"]};font-size:13px">{prose(text)}</div>'
            case Tiles(tiles):
                yield _tiles(tiles, own)
            case Chart():
                if pictures:
                    yield f'<p><img src="cid:{escape(pictures.pop(0))}" alt="{escape(block.alt)}" width="640" style="max-width:100%"></p>'
                else:
                    yield f'<p style="color:{own["quiet"]}">{escape(block.alt)}</p>'
            case Table(frame):
                yield _table(frame, own)


def _tiles(tiles: Sequence[Tile], own: dict[str, str]) -> str:
    tones = {"good": own["good"], "bad": own["bad"], "": own["quiet"]}
    edge = f"border-bottom:1px solid {own['line']};padding:5px 10px 5px 0;vertical-align:top"
    rows = "".join(
        f'<tr><td style="{edge}">{escape(tile.label)}</td><td style="{edge};white-space:nowrap"><strong>{escape(tile.value)}</strong></td>'
        f'<td style="{edge};color:{tones[tile.tone]}">{escape(", ".join(part for part in (tile.change, tile.verdict) if part))}</td>'
        f'<td style="{edge};color:{own["quiet"]};font-size:13px">{escape(tile.below)}</td>'
        f'<td style="{edge};color:{tones[tile.chip_tone]};font-size:13px">{escape(tile.chip)}</td></tr>'
        for tile in tiles
    )
    return f'<table style="border-collapse:collapse;width:100%">{rows}</table>'


def _table(frame: pd.DataFrame, own: dict[str, str]) -> str:
    edge = f"border-bottom:1px solid {own['line']};padding:4px 10px 4px 0;text-align:left;font-size:13px"
    shown = [i for i in range(frame.shape[1]) if not any(isinstance(v, list) for v in frame.iloc[:, i])]
    heads = "".join(f'<th style="{edge}">{escape(str(frame.columns[i]))}</th>' for i in shown)
    lines = [[f'<td style="{edge}">{escape(cells.said(row[i]))}</td>' for i in shown] for row in cells.plain(frame.head(MOST_ROWS))]
    rows = "".join(f"<tr>{''.join(line)}</tr>" for line in lines)
    return f'<table style="border-collapse:collapse;width:100%"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
