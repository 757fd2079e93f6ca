"""Why did a number change? The exact split by every dimension, what stands out of the search, and what may have had a part in it.

    pair = kpi.changes.periods(scope)                 # the scope's period against the one it is compared with
    found = kpi.changes.why("csat", pair, data)
    found.text, found.caveat, found.splits["channel"].frame
    kpi.changes.explain("csat", pair, data).record()  # with the factors and who answered, as plain data

Where it lies, never what caused it: Kitagawa 1955 for ratios, LMDI for products (`factors`), sums for totals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from kpi.changes import words
from kpi.changes.counts import SMALLEST, Counts, count, dimensions
from kpi.changes.days import by_days
from kpi.changes.factors import COST, Product, factors
from kpi.changes.figures import MEAN, SHARE, Figure, can_choose, figure_of
from kpi.changes.luck import luck_of
from kpi.changes.model import MIX, RATE, REST, TOTAL, VERDICTS, Change, Claim, Split
from kpi.changes.record import Explained
from kpi.changes.respondents import Respondents, respondents
from kpi.changes.said import level_said, named
from kpi.changes.search import WHOLE, claims_of, ends, ordered, splits_of, whole
from kpi.changes.sides import Pair, between, parts, periods, values
from kpi.changes.steps import steps
from kpi.engine import Dataset
from kpi.measure import Result, measure
from kpi.measure.compare import with_comparison
from kpi.measure.words import with_words

__all__ = [
    "MEAN",
    "MIX",
    "RATE",
    "REST",
    "SHARE",
    "TOTAL",
    "VERDICTS",
    "Change",
    "Claim",
    "Explained",
    "Pair",
    "Product",
    "Respondents",
    "Split",
    "between",
    "by_days",
    "can_choose",
    "dimensions",
    "explain",
    "factors",
    "level_said",
    "named",
    "parts",
    "periods",
    "respondents",
    "steps",
    "values",
    "why",
]


def why(name: str, pair: Pair, data: Dataset, *, view: str = SHARE, columns: Sequence[str] | None = None) -> Change:
    """A metric on two sides, split by each of the `columns` (all one may split it by), and searched.

    `view` matters for medians and percentiles, which do not add up: "share" splits the share above the old value,
    "mean" the mean. The split is exact: its parts sum to the change. A claim needs a change beyond noise by the metric's own
    interval and by dealing whole days again, then p < 0.05 over everything looked at (max-T). Unfinished periods and sides of fewer than 30 rows
    are not explained. UnknownName, BadValue as `kpi.measure`; BadValue for what does not split (counts of distinct things).
    """
    ask = pair.now.ask
    head = _compared(name, pair, data)
    (row,) = head.records()
    metric = head.metrics[name]
    nothing = Change(
        metric, pair, _known(row["before"]), _known(row["value"]), _known(row.get("change")), _known(row.get("change_low")),
        _known(row.get("change_high")), (0, 0), Figure(metric.label, metric.unit), math.nan, math.nan, math.nan, math.nan, math.nan,
        "unknown", "", {}, (), (), 0, {}, head.currency,
    )  # fmt: skip
    reason = with_words(head.unavailable.get(name, "")) or _cannot(nothing, data)
    if reason:
        nothing = replace(nothing, notes=(reason,))
        return replace(nothing, text=words.finding(nothing, ask))
    figure = figure_of(name, ask, nothing.before, view)
    counts = count(name, figure, pair, data, list(columns) if columns is not None else list(dimensions(name, pair, data)))
    found = _split(nothing, figure, counts, row)
    return replace(found, text=words.finding(found, ask), caveat=words.caveat(found))


def explain(name: str, pair: Pair, data: Dataset, *, view: str = SHARE) -> Explained:
    """Everything about one change: `why` over all columns, the factors where the metric is a product, and who answered where it is a score.

    `pair` is made by `periods`, `between` or `parts`. Values are in the metric's unit (seconds, per cent, money, counts); null leaves numerator
    and denominator together. Sides that cannot be compared give the verdict "unknown" and its reason, never a number. UnknownName and
    BadValue as `why`.
    """
    change = why(name, pair, data, view=view)
    product = factors(name, pair, data)
    cost = factors(COST, pair, data) if product is not None and change.metric.unit == "currency" else None
    return Explained(change, product, cost, respondents(name, pair, data) if change.splits else None)


def _compared(name: str, pair: Pair, data: Dataset) -> Result:
    now, before = (measure([name], scope, data) for scope in (pair.now, pair.before))
    return with_comparison(now, before)


def _cannot(found: Change, data: Dataset) -> str:
    """Why the sides cannot be compared; "" where they can."""
    if math.isnan(found.before) or math.isnan(found.now):
        return f"it is not known for {found.pair.words[0 if math.isnan(found.before) else 1]}"
    if math.isnan(found.change) and found.pair.is_period:
        first, newest = data.first.date(), data.newest.date()
        sides = zip((found.pair.before, found.pair.now), found.pair.words, strict=True)
        part = [words for side, words in sides if (side.start and side.start < first) or (side.end and side.end >= newest)]
        return f"the data run from {first} to {newest} and do not hold all of {' and '.join(part or found.pair.words)}"
    return ""


def _split(head: Change, figure: Figure, counts: Counts, row: dict[str, object]) -> Change:
    kind = figure.kind
    luck = None if figure.is_stock else luck_of(counts, kind, head.pair.is_period)
    splits, slices = splits_of(counts, kind, luck)
    p, low, high = whole(counts, kind, luck)
    rows = (int(counts.whole.rows[0].sum()), int(counts.whole.rows[1].sum()))
    before, now = ends(counts.whole, counts, kind)
    is_moved = row.get("is_beyond_noise") is not False or row.get("change_low") is None
    verdict = (
        "few" if min(rows) < SMALLEST
        else "described" if math.isnan(p)
        else "real" if p < WHOLE and is_moved
        else "noise"
    )  # fmt: skip
    claims = claims_of(splits, kind) if verdict == "real" else ()
    apart = claims_of(splits, kind, is_apart=True) if verdict == "noise" else ()
    return replace(
        head, rows=rows, figure=figure, figure_before=before, figure_now=now, figure_low=low, figure_high=high, p=p, verdict=verdict,
        change=head.now - head.before, unit_of_luck=counts.unit, splits=ordered(splits, claims or apart), claims=claims, apart=apart, n_slices=slices,
        left_out=counts.left_out, notes=_notes(row, verdict, counts.unit),
    )  # fmt: skip


def _notes(row: dict[str, object], verdict: str, unit: str) -> tuple[str, ...]:
    """Where both ways to tell noise disagree, which is believed and why."""
    if verdict == "noise" and row.get("is_beyond_noise") and unit != "bundle":
        return (f"Counted row by row it would be beyond chance, but whole {unit}s scatter as much by themselves.",)
    return ()


def _known(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
