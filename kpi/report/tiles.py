"""A metric as a tile: every word of it, made of a Result. The screen, the digest and every file take them from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kpi import units
from kpi.forms import Ratio
from kpi.forms.base import SMALL_SAMPLE
from kpi.measure import Result
from kpi.measure.words import SPOKEN, behind, too_few
from kpi.metric import Metric
from kpi.report.blocks import BAD, CALM, GOOD, Tile
from kpi.units import NBSP

Row = Mapping[str, Any]
CHIP_TONES = {"green": GOOD, "red": BAD}


def tile(now: Result, row: Row, line: Sequence[float] = (), *, chip: tuple[str, str] | None = None, about: str = "") -> Tile:
    """One row of a result in words. A change has a tone only beyond noise. `chip` is a word with the colour `st.badge` takes."""
    metric, currency = now.metrics[row["metric"]], now.currency or None
    word, colour = chip or ("", "")
    bare = Tile(
        name_of(metric, row),
        units.say(None, metric.unit),
        chip=word,
        chip_tone=CHIP_TONES.get(colour, CALM),
        is_count=metric.unit == "count",
        about=about,
    )
    if row["value"] is None:
        return replace(bare, note="; ".join(row["notes"]) or "nothing to measure in these dates")
    bare = replace(bare, line=tuple(line))
    if few := too_few(metric, row, now.scope.ask):
        n = f"n = {units.say(row['n'], 'count')}: too few".replace(" ", NBSP, 2)
        return replace(bare, value=few, note=f"{n} for {'a percentage' if metric.unit == '%' else 'a score'}")
    days = not (now.scope.clock == "business" and "clock" in metric.params)  # a working day is not 24 hours
    change, beyond = row.get("change"), bool(row.get("is_beyond_noise"))
    rose = change is not None and change > 0
    tone = CALM if not (change and beyond) or metric.better == "neither" else GOOD if rose == (metric.better == "higher") else BAD
    limits = units.say_interval(row["low"], row["high"], metric.unit, currency, days=days)
    return replace(
        bare,
        value=units.say(row["value"], metric.unit, currency, days=days, n=None if isinstance(metric.form, Ratio) else row["n"]),
        change="" if change is None else units.say_change(change, metric.unit, currency, days=days),
        verdict=verdict(row),
        tone=tone,
        limits=limits.replace(" ", NBSP),  # "n = 24,918" never breaks
        stands_on=behind(metric, row, now.scope.ask, currency).replace(" ", NBSP).replace(f"÷{NBSP}", "÷ "),
    )


def lacking(metric: Metric, lacks: str, about: str = "") -> Tile:
    """A metric the data cannot tell, in its place, with what it would need in words."""
    return Tile(metric.label, units.UNKNOWN, lacks=lacks, about=about)


def name_of(metric: Metric, row: Row) -> str:
    """ "First reply, median": the label, with the statistic where there is a choice."""
    return ", ".join([metric.label, *(SPOKEN[note] for note in row["notes"] if note in SPOKEN)])


def verdict(row: Row) -> str:
    """What a change is, in words; "" where there is none or nothing tells its noise."""
    if row.get("change") is None:
        return ""
    if row["is_beyond_noise"]:
        return "beyond noise"
    if row["unit"] != "count" and min(row["n"] or 0, row["before_n"] or 0) < SMALL_SAMPLE:
        return "too few"
    return "" if row["change_low"] is None else "no clear change"


def series(past: Result) -> dict[str, list[float]]:
    """Metric -> its values over the complete periods of a result, oldest first. What would not be told as a number is not drawn as one."""
    lines: dict[str, list[float]] = {}
    for row in past.records():
        if row["is_complete"] and row["value"] is not None and not too_few(past.metrics[row["metric"]], row, past.scope.ask):
            lines.setdefault(row["metric"], []).append(row["value"])
    return lines
