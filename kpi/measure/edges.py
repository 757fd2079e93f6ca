"""What is alive at the edges of periods (a backlog, customers): spans laid beside the instants of the scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import pandas as pd
from ibis.expr import operations as ops

from kpi.forms import Part
from kpi.measure.shape import UNITS, Shape, asked_instant, local, replaced
from kpi.scope import Period

_NEVER = dt.datetime(9999, 12, 31)
_MOMENT = dt.timedelta(microseconds=1)
INSTANTS = ibis.table(
    {"bucket": "int64", "opens": "timestamp(6)", "closes": "timestamp(6)", "until": "timestamp(6)"},
    name="instants",
)
"""The periods of the scope as a small table the engine lays beside the query: where each opens, its last instant (or the one it stands at,
while it runs), and where the next begins (or the instant it stands at): who leaves at that very instant has left within the period."""
_OF_INSTANTS = frozenset({"bucket", "instant", "instant_epoch", "until"})
_OF_SPANS = frozenset({"span_started_at", "span_ended_at"})


def instants_of(periods: Sequence[Period], as_of: dt.datetime) -> pd.DataFrame:
    """The rows of `INSTANTS`: an open period closes at the instant one stands at."""
    closes = [min(p.end - _MOMENT, as_of) for p in periods]
    until = [min(p.end, as_of) for p in periods]
    frame = pd.DataFrame({"bucket": range(len(closes)), "opens": [p.start for p in periods], "closes": closes, "until": until})
    return frame.astype(dict.fromkeys(("opens", "closes", "until"), "datetime64[us]"))


def edges_of(instants: pd.DataFrame, as_of: dt.datetime) -> dict[str, dt.datetime]:
    """What the texts here ask for by name: the first and the last of the instants."""
    return {
        f"{end}_{edge}": instants[edge].agg(how).to_pydatetime() if len(instants) else as_of
        for edge in ("opens", "closes", "until")
        for end, how in (("first", "min"), ("last", "max"))
    }


def at_edges(rel: Any, edge: str, shape: Shape | None = None, *, has_asof: bool = False) -> Any:
    """Spans joined to the instants they are alive at: the end of each period (the last instant known, while it runs) or its start.

    By periods (`shape`), spans that begin and end inside one leave before the join to their ends: that is most of them, and comparing every
    span with every instant takes twice as long. Where the engine knows the join to the next instant (`has_asof`), the others between two
    instants leave by it, and arrive in order of time, which halves the join after it.
    """
    first, last = _ends(edge)
    rel = _within(rel, edge)
    if shape is not None and shape.by != "all" and edge == "end":
        begins, ends = (local(instant, shape).truncate(UNITS[shape.by]) for instant in (rel.span_started_at, rel.span_ended_at))
        # The first and the last instant may lie inside a period: dates cut it, or it still runs.
        is_odd = (rel.span_started_at <= first) | rel.span_ended_at.isnull() | (rel.span_ended_at > last)
        rel = rel.filter((begins < ends) | is_odd)
    if has_asof:
        following = _instants(edge).select(next_instant="instant")
        rel = rel.asof_join(following, on=rel.span_started_at <= following.next_instant)
        rel = rel.filter(rel.next_instant < rel.span_ended_at.fill_null(_NEVER)).drop("next_instant")
    return _joined(rel, edge)


def _ends(edge: str) -> tuple[Any, Any]:
    """The first and the last instant. Written in: asked for from the table, they would cost more than they spare."""
    which = "closes" if edge == "end" else "opens"
    return asked_instant(f"first_{which}"), asked_instant(f"last_{which}")


def _within(rel: Any, edge: str) -> Any:
    """Most spans are over before the first instant: they leave before the join."""
    first, last = _ends(edge)
    return rel.filter(rel.span_started_at <= last, rel.span_ended_at.isnull() | (rel.span_ended_at > first))


def _instants(edge: str) -> Any:
    at = INSTANTS.select("bucket", "until", instant=INSTANTS.closes if edge == "end" else INSTANTS.opens)
    return at.mutate(instant_epoch=at.instant.epoch_seconds().cast("float64"))


def _joined(rel: Any, edge: str) -> Any:
    """An end that never comes is far away, so that both sides of the join are plain comparisons, which engines answer by sorting."""
    at = _instants(edge)
    return rel.join(at, [rel.span_started_at <= at.instant, rel.span_ended_at.fill_null(_NEVER) > at.instant])


def counted(rel: Any, parts: Mapping[str, Part], keys: Sequence[Any], edge: str, shape: Shape, swaps: Mapping[Any, Any]) -> Any | None:
    """Counts of what is alive at the edges of periods, by period and `keys` (named expressions on `rel`); None where that is not all asked.

    Spans that begin in one period and end in one period are alive at the same instants: there are few such pairs, so spans are
    counted by them first, and only the pairs are laid beside the instants. What is counted may depend on the span's own columns, and on
    whether it ends within the period.
    """
    if shape.by == "all":
        return None
    sought = {name: part.aggregate.op() for name, part in parts.items()}
    if not all(
        isinstance(op, ops.Sum) and op.where is None and op.arg.dtype.is_boolean() and _is_of_pairs(op.arg) for op in sought.values()
    ):
        return None
    own = list(dict.fromkeys(atom for op in sought.values() for atom in _own(op.arg)))
    names = [f"own{place}" for place in range(len(own))]
    rel = _within(rel, edge)
    begins, ends = _pairs(rel, edge, shape)
    atoms = [replaced(atom.to_expr(), swaps).name(name) for atom, name in zip(own, names, strict=True)]
    groups = [key.get_name() for key in keys]
    pairs = rel.group_by([begins.name("begins"), ends.name("ends"), *keys, *atoms]).agg(
        # All spans of a pair lie on the same sides of every instant: any of them stands for the others.
        span_started_at=rel.span_started_at.min(),
        span_ended_at=rel.span_ended_at.max(),
        spans=ibis._.count(),
    )
    alive = _joined(pairs, edge)
    laid = {atom: alive[name].op() for atom, name in zip(own, names, strict=True)}
    sums = {name: (_over(op.arg, laid, alive).to_expr().cast("int32") * alive.spans).sum() for name, op in sought.items()}
    return alive.group_by([alive.bucket.name("bucket"), *(alive[name].name(name) for name in groups)]).agg(**sums)


def _pairs(rel: Any, edge: str, shape: Shape) -> tuple[Any, Any]:
    """The period a span begins in and the one it ends in; null where it is there from the first instant on, or to the last.

    At the start of periods, who comes or goes at that very instant belongs to the period before.
    """

    def period(instant: Any) -> Any:
        moved = instant if edge == "end" else instant - ibis.interval(microseconds=1)
        return local(moved, shape).truncate(UNITS[shape.by])

    first, _ = _ends(edge)
    is_there_first, is_there_last = rel.span_started_at <= first, rel.span_ended_at > asked_instant("last_until")
    begins = ibis.cases((is_there_first, None), else_=period(rel.span_started_at))
    return begins, ibis.cases((is_there_last, None), else_=period(rel.span_ended_at))


def _is_of_pairs(node: Any) -> bool:
    """Whether a condition is the same for all spans of a pair whose own columns say the same."""
    if _is_own(node) or isinstance(node, ops.Literal):
        return True
    if isinstance(node, ops.LessEqual):
        return (_field(node.left), _field(node.right)) == ("span_ended_at", "until")
    if isinstance(node, ops.And | ops.Or | ops.Not | ops.Coalesce | ops.IsNull | ops.NotNull | ops.Cast):
        return all(_is_of_pairs(child) for child in _children(node))
    return False


def _own(node: Any) -> list[Any]:
    """The largest parts of a condition that only a span's own columns decide."""
    if _is_own(node):
        return [node]
    return [atom for child in _children(node) for atom in _own(child)]


def _is_own(node: Any) -> bool:
    fields = {field.name for field in node.find(ops.Field)}
    return bool(fields) and not fields & (_OF_INSTANTS | _OF_SPANS)


def _over(node: Any, laid: Mapping[Any, Any], alive: Any) -> Any:
    """A condition on spans as one on their pairs: from the top, for of the columns beneath what `laid` exchanges the pairs have none."""
    if node in laid or isinstance(node, ops.Literal):
        return laid.get(node, node)
    if isinstance(node, ops.Field):
        return alive[node.name].op()

    def exchanged(arg: Any) -> Any:
        return tuple(map(exchanged, arg)) if isinstance(arg, tuple) else _over(arg, laid, alive) if isinstance(arg, ops.Value) else arg

    return node.copy(**{name: exchanged(arg) for name, arg in zip(node.argnames, node.args, strict=True)})


def _children(node: Any) -> list[Any]:
    """The values an operation is made of: never the table beneath them."""
    found = []
    for arg in node.args:
        found += [one for one in (arg if isinstance(arg, tuple) else (arg,)) if isinstance(one, ops.Value)]
    return found


def _field(node: Any) -> str:
    return node.name if isinstance(node, ops.Field) else ""
