"""Against others: our value among the published figures that compare, where they come from, those refused and why, and where the distance matters."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from kpi import Result, Scope, benchmarks, units
from kpi.benchmarks import ALL, CHANNELS, Figure, Gaps, Placement
from kpi.benchmarks.definitions import MIDDLES
from kpi.catalogue import CATALOGUE
from kpi.charts.benchmarks import among, ticks_of
from pages.parts import benchmark_asked, benchmark_file, drawn, fold, links, number_asked, recorded
from pages.parts.asked_words import needed
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.words import plain

SHOWN, NAMED = 12, 8
"""So many sources are listed at once, and so many figures named behind a reason."""


def draw(mine: Mine, scope: Scope) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="benchmark_choices"):
        name = number_asked.choose(mine, scope)
        lacks = CATALOGUE[name].missing(mine.dataset.filled, scope.ask)
        if not lacks:
            channel = benchmark_asked.choose_channel(mine, name, scope)
            industry = benchmark_asked.choose_industry(mine, name, scope, channel)
    if lacks:
        recorded.say(f"**{plain(CATALOGUE[name].label)} cannot be compared: these data lack {plain(needed(lacks))}.**")
    else:
        _placed(benchmark_asked.placed(mine, name, scope, channel, industry), benchmark_asked.figures(mine))
    _distances(mine, scope)
    benchmark_file.draw(mine)


def _placed(placed: Placement, figures: tuple[Figure, ...]) -> None:
    recorded.say(f"**{plain(placed.text)}** {plain(placed.caveat)}")
    if not placed.comparable and (ways := benchmarks.would(placed.ours, figures)):
        said = [f"{_many(count)} {'does' if count == 1 else 'do'} if {way}" for way, count in ways.items()]
        recorded.quiet(plain(f"With another choice: {'; '.join(said)}."))
    if placed.comparable and placed.ours.value is not None:
        _chart(placed)
        _sources(placed)
    if placed.refused:
        _refused(placed)
    links.to(
        "number.py", label="How our number is made", icon=":material/function:", query_params=links.query(metric=placed.ours.metric.name)
    )


def _many(count: int) -> str:
    return f"{count} figure{'' if count == 1 else 's'}"


def _chart(placed: Placement) -> None:
    mine, figures = placed.ours, [c.figure for c in placed.comparable]
    rows = pd.DataFrame([_row(figure, placed) for figure in figures])
    numbers = [n for f in figures for n in (f.value, f.low, f.high) if n is not None] + [
        n for n in (mine.value, mine.low, mine.high) if n is not None
    ]
    unit = mine.metric.unit
    ticks, logs = ticks_of(unit, min(numbers), max(numbers))
    has_band = mine.low is not None and mine.high is not None
    said = mine.say(mine.value)
    own = {"value": [mine.value], "low": [mine.low], "high": [mine.high], "label": [f"ours {said}"], "said": [f"{mine.label}: {said}"]}
    table = _table(figures, placed)
    drawn.draw(
        among(unit, rows["name"].nunique(), mine.currency or None, ticks, logs, has_band),
        {"d": rows, "o": pd.DataFrame(own)},
        key="benchmark_among",
        alt=placed.text,
        table=table,
        file_name=f"{mine.metric.name}-benchmarks",
    )
    parts = ["Line and band: ours with its 95 % interval" if has_band else "Line: ours"]
    parts += ["diamond: second-hand"] if not rows["is_primary"].all() else []
    parts += ["hollow: undated"] if not rows["is_dated"].all() else []
    if quartiles := placed.quartiles:
        parts.append(f"middle half of {len(placed.publishers)} publishers: {mine.say_interval(*quartiles)}")
    recorded.quiet(plain(" · ".join(parts)))


def _row(figure: Figure, placed: Placement) -> dict[str, Any]:
    about = " · ".join(part for part in (figure.sector, figure.region, figure.sample) if part)
    place = " · ".join(part for part in (figure.age, figure.publisher, figure.sector) if part)
    return {
        "name": place if len(place) <= 34 else f"{place[:33]}…",
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "is_dated": figure.year is not None,
        "is_primary": figure.is_primary,
        "said": f"{figure.publisher}, {_age(figure, placed)}: {placed.ours.say(figure.value)} ({figure.source}){f' · {about}' if about else ''}",
    }


def _age(figure: Figure, placed: Placement) -> str:
    """ "2012, 14 years old"."""
    years = placed.today.year - figure.year if figure.year else 0
    return f"{figure.year}, {years} years old" if years > 1 else figure.age


def _table(figures: list[Figure], placed: Placement) -> pd.DataFrame:
    mine = placed.ours
    return pd.DataFrame(
        {
            "Figure": [_said(f, placed) for f in figures],
            "Publisher": [f.publisher for f in figures],
            "Year": [f.age for f in figures],
            "Source": [f.source for f in figures],
            "Is": [benchmarks.KINDS[f.kind] for f in figures],
            "Industry": [f.sector or ("all" if f.industry == ALL else f.industry) for f in figures],
            "Channel": [CHANNELS[f.channel] for f in figures],
            "Region": [f.region for f in figures],
            "Sample": [f.sample for f in figures],
            "Title": [f.title for f in figures],
            "Address": [f.url for f in figures],
            "Note": [f.note for f in figures],
            "Ours": [mine.say(mine.value)] * len(figures),
        }
    )


def _said(figure: Figure, placed: Placement) -> str:
    """A figure in words, in its own unit, which for refused ones may be another."""
    unit, currency = (figure.unit, None) if figure.unit in benchmarks.UNITS else ("currency", figure.unit)
    limits = units.say_interval(figure.low, figure.high, unit, currency)
    if figure.value is None:
        return limits
    return units.say(figure.value, unit, currency) + (f" ({limits})" if limits else "")


def _sources(placed: Placement) -> None:
    recorded.heading("Where the figures come from")
    lines = [_line(c.figure, placed) for c in placed.comparable]
    recorded.say("\n".join(lines[:SHOWN]))
    if len(lines) > SHOWN:
        with st.expander(f"{len(lines) - SHOWN} more", key="benchmark_more_sources"):
            recorded.say("\n".join(lines[SHOWN:]))


def _line(figure: Figure, placed: Placement) -> str:
    """One source as a line of a list, its title a link where it has an address."""
    title = f"[{plain(figure.title)}]({figure.url})" if figure.url.startswith("https://") else plain(figure.title)
    about = [
        figure.publisher,
        _age(figure, placed),
        figure.source,
        benchmarks.KINDS[figure.kind],
        figure.sector,
        figure.region,
        figure.sample,
        figure.note,
    ]
    return f"- **{plain(_said(figure, placed))}** · {plain(' · '.join(part for part in about if part))} · {title}"


def _refused(placed: Placement) -> None:
    many = len(placed.refused)
    label = f"Not compared, and why: {_many(many)}"
    with fold.fold(label, icon=":material/block:", key="benchmark_refused") as opened:
        if not opened.open:
            return
        for reason, figures in placed.reasons.items():
            named = [f"{_about(f)}: {_said(f, placed)}" for f in figures[:NAMED]]
            more = f" and {len(figures) - NAMED} more" if len(figures) > NAMED else ""
            recorded.say(f"- **{plain(reason[:1].upper() + reason[1:])}** · {len(figures)}  \n  {plain('; '.join(named) + more)}")
        table = _table([r.figure for r in placed.refused], placed)
        table.insert(0, "Why not", [r.reason for r in placed.refused])
        drawn.as_table(table, key="benchmark_refused_table", alt="Figures that cannot stand beside ours", file_name="not-compared")


def _about(figure: Figure) -> str:
    """ "Zendesk 2012, retail, phone"."""
    industry = figure.sector or ("" if figure.industry == ALL else figure.industry)
    channel = "" if figure.channel == ALL else CHANNELS[figure.channel]
    return ", ".join(part for part in (f"{figure.publisher} {figure.age}", industry, channel) if part)


def _distances(mine: Mine, scope: Scope) -> None:
    """The gap table: every metric and channel with a figure that compares."""
    found = _gaps(mine, scope, benchmark_asked.industry())
    recorded.heading("Where the distance matters most")
    recorded.say(plain(found.text))
    if not found.gaps:
        return
    table = pd.DataFrame(
        {
            "Number": [g.name for g in found.gaps],
            "Ours": [g.placement.ours.say(g.placement.ours.value) for g in found.gaps],
            "Middle figure": [g.placement.ours.say(g.placement.middle) for g in found.gaps],
            "Distance": [g.said for g in found.gaps],
            "Between": [g.said_interval for g in found.gaps],
            "In spreads": [units.UNKNOWN if g.spreads is None else f"{g.spreads:+.1f}" for g in found.gaps],
            "So we are": [g.words for g in found.gaps],
            "Figures": [len(g.placement.dated) for g in found.gaps],
            "Publishers": [len(g.placement.publishers) for g in found.gaps],
            "Years": ["–".join(dict.fromkeys(str(y) for y in g.placement.years or ())) for g in found.gaps],
        }
    )
    recorded.table(table, key="benchmark_gaps", alt=found.text, height="content")
    recorded.quiet(
        "Distance: ours minus the middle publisher's figure. In spreads: in units of half the way from the lowest to the highest figure, where there are three "
        "or more; above 0 is better. “Perhaps” where our own interval, judged for all rows together, still reaches the middle figure."
    )


def _gaps(mine: Mine, scope: Scope, industry: str) -> Gaps:
    asked = tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))
    text = benchmark_asked.text(mine)
    return _found(mine.dataset.fingerprint, asked, industry, text, benchmark_asked.today().year, _mine=mine, _scope=scope)


@st.cache_resource(max_entries=100, show_spinner=False)
def _found(fingerprint: str, asked: Any, industry: str, text: str, year: int, _mine: Mine, _scope: Scope) -> Gaps:
    figures = benchmark_asked.figures(_mine)
    lacks = _mine.dataset.lacking(_scope.ask)
    kept = benchmark_asked.filtered(_scope)
    placements: list[Placement] = []
    for channel in [kept] if kept else [ALL, *benchmark_asked.channels(_mine)]:
        about = {f.metric for f in figures if f.kind in MIDDLES and f.channel == channel and f.industry == industry}
        names = sorted(name for name in about if name in CATALOGUE and not lacks[name])
        if names:
            result: Result = measured(_mine, names, benchmark_asked.narrowed(_mine, _scope, channel), is_shown=False)
            today = benchmark_asked.today()
            placements += [
                benchmarks.place(benchmarks.ours(result, name, channel=channel, industry=industry), figures, today) for name in names
            ]
    return benchmarks.gaps(placements)
