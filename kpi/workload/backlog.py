"""What waits: the backlog by age at the end of each period, rebuilt from the tickets' own stretches, and the tickets that waited longest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import ibis
import numpy as np
import pandas as pd

from kpi import units
from kpi.catalogue import find
from kpi.catalogue.tables import open_at
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.measure import measure
from kpi.measure.compile import base_table, check_columns, filled, narrowed, values_of
from kpi.measure.edges import at_edges, edges_of, instants_of
from kpi.measure.rows import judged
from kpi.measure.shape import Shape, shape_of
from kpi.measure.words import when
from kpi.scope import Scope

DAY = 86_400
BANDS = ("under 1 day", "1 to 3 days", "3 to 7 days", "7 to 30 days", "over 30 days")
EDGES = (1, 3, 7, 30)
"""Age in days at which a band ends (not included): `BANDS` in order."""
FLOWS = ("tickets_created", "tickets_solved", "net_flow")
NUMBER = "backlog"


@dataclass(frozen=True)
class Backlog:
    """`bands`: a row per period end and band (period, band, age 0 to 4, n, total, is_complete). `flow`: a row per period with created, solved, net
    (created minus solved, by the catalogue's own measure) and is_complete; unknown is nan. Everything is counted: there is no interval.
    """

    scope: Scope
    bands: pd.DataFrame
    flow: pd.DataFrame

    @property
    def text(self) -> str:
        """ "412 tickets were waiting at the end of 1 Nov 2026, 38 of them (9.2 %) for more than 30 days. In 13 weeks 27 more came …" """
        known = self.bands[self.bands["is_complete"]]
        rows = known if len(known) else self.bands
        if rows.empty:
            return "There is no period in these dates to count the backlog at."
        last = rows["period"].iloc[-1]
        now = rows[rows["period"] == last]
        total, old = int(now["n"].sum()), int(now.loc[now["age"] == len(BANDS) - 1, "n"].sum())
        period = when(str(last), self.scope.by)
        ending = f"at the end of {'the ' if self.scope.by == 'week' else ''}{period}"
        part = f", {units.say(old, 'count')} of them ({units.say(100 * old / total, '%')}) for more than 30 days" if total else ""
        return f"{units.say(total, 'count')} ticket{' was' if total == 1 else 's were'} waiting {ending}{part}.{self._flow_said()}"

    def _flow_said(self) -> str:
        rows = self.flow[self.flow["is_complete"] & self.flow["net"].notna()]
        if len(rows) < 2:
            return ""
        net, many = float(rows["net"].sum()), f"In these {len(rows)} {self.scope.by}s"
        if net == 0:
            return f" {many} as many were solved as came."
        more, less = ("came", "were solved") if net > 0 else ("were solved", "came")
        return f" {many} {units.say(abs(net), 'count')} more {more} than {less}."


def backlog(scope: Scope, data: Dataset) -> Backlog:
    """The backlog by age at the end of each period of a scope (`by` any grain but "all"), beside the flow of the period.

    BadValue where the data cannot give the backlog; UnknownName for a column that does not exist.
    """
    _check(scope, data)
    scope = scope.but(split=(), compare=None)
    as_of = scope.as_of or data.newest
    periods = scope.periods(data.first, as_of)
    instants = instants_of(periods, as_of)
    text = filled(_text(shape_of(scope, data.first, as_of, data.extras)), values_of(scope, data.first, as_of) | edges_of(instants, as_of))
    found = data.query(text, data.stand(scope.as_of, scope.calendar), instants)
    n = np.zeros((len(periods), len(BANDS)), dtype=int)
    n[found["bucket"].to_numpy(int), found["age"].to_numpy(int)] = found["n"].to_numpy(int)
    labels, complete = [p.label for p in periods], [p.is_complete for p in periods]
    ages = len(BANDS)
    bands = pd.DataFrame(
        {
            "period": np.repeat(labels, ages),
            "band": list(BANDS) * len(periods),
            "age": list(range(ages)) * len(periods),
            "n": n.ravel(),
            "total": np.repeat(n.sum(axis=1), ages),
            "is_complete": np.repeat(np.array(complete, dtype=bool), ages),
        }
    )
    return Backlog(scope, bands, _flow(scope, data))


def stalest(scope: Scope, data: Dataset, most: int = 10) -> tuple[dt.datetime, pd.DataFrame]:
    """The instant looked at (the end of the scope, or where one stands), and the tickets open then that are oldest or longest untouched.

    One row a ticket: ticket_id, created_at, age_seconds, touched_at (the last thing that happened to it; null where nobody wrote that down),
    untouched_seconds, status, channel, priority, team, agent, place_by_age and place_by_touch (1 is the stalest); the first `most` by each.
    """
    data.seen.check_rows()
    _check(scope, data)
    rows = judged(NUMBER, scope, data)
    as_of = scope.as_of or data.newest
    closes = scope.span()[1]
    at = min(closes - dt.timedelta(microseconds=1), as_of) if closes else as_of
    instant = f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S.%f}'"
    text = f"""
WITH waiting AS (
    SELECT DISTINCT ON (ticket_id) ticket_id, created_at, span_started_at, span_status AS status, channel, priority, team, agent
    FROM ({rows.behind}) WHERE ticket_id IS NOT NULL
), touched AS (SELECT ticket_id, max(happened_at) AS happened_at FROM ({_touches(data, instant)}) GROUP BY ticket_id), told AS (
    SELECT w.* EXCLUDE (span_started_at), (epoch_us({instant}) - epoch_us(created_at)) / 1e6 AS age_seconds,
           greatest(t.happened_at, CASE WHEN span_started_at > created_at THEN span_started_at END) AS touched_at
    FROM waiting w LEFT JOIN touched t USING (ticket_id)
), placed AS (
    SELECT *, (epoch_us({instant}) - epoch_us(touched_at)) / 1e6 AS untouched_seconds,
           row_number() OVER (ORDER BY created_at, ticket_id) AS place_by_age,
           row_number() OVER (ORDER BY touched_at NULLS LAST, created_at, ticket_id) AS place_by_touch
    FROM told
)
SELECT * FROM placed WHERE place_by_age <= {int(most)} OR place_by_touch <= {int(most)} AND touched_at IS NOT NULL ORDER BY place_by_age"""
    return at, data.query(text, rows.schema)


def _touches(data: Dataset, instant: str) -> str:
    """What is known to have happened to the waiting tickets up to an instant: ticket_id, happened_at."""
    parts = ["SELECT NULL::VARCHAR AS ticket_id, NULL::TIMESTAMP AS happened_at WHERE false"]
    sources = (("tickets", "updated_at"), ("messages", "sent_at"), ("changes", "changed_at"))
    for table, column in sources:
        if f"{table}.{column}" in data.filled:
            # The canonical table, whole: the measured one may have been made for another instant.
            parts.append(
                f"SELECT ticket_id, max({column}) AS happened_at FROM {data.canonical}.{table} "
                f"WHERE {column} <= {instant} AND ticket_id IN (SELECT ticket_id FROM waiting) GROUP BY ticket_id"
            )
    return " UNION ALL ".join(parts)


def _check(scope: Scope, data: Dataset) -> None:
    lacks = find(NUMBER).missing(data.filled, scope.ask)
    if lacks:
        raise BadValue(f"The backlog cannot be counted: it needs {' and '.join(lacks)}.", "Add a file that has it.")
    check_columns(scope, data.columns("open_spans"))


@lru_cache(maxsize=256)
def _text(shape: Shape) -> str:
    """Open tickets by period end and age; the rows are those of the catalogue's backlog, made by the same functions."""
    rel = at_edges(narrowed(base_table(open_at, shape), shape), "end", shape, has_asof=shape.by != "all")
    days = (rel.instant_epoch - rel.created_epoch) / DAY
    rel = rel.filter(rel.ticket_id.notnull()).mutate(
        age=ibis.cases(*((days < edge, age) for age, edge in enumerate(EDGES)), else_=len(EDGES))
    )
    return str(ibis.to_sql(rel.group_by("bucket", "age").agg(n=rel.count()), dialect="duckdb"))


def _flow(scope: Scope, data: Dataset) -> pd.DataFrame:
    lacks = data.lacking(scope.ask)
    names = [name for name in FLOWS if not lacks[name]]
    found = measure(names, scope, data, intervals=False).frame if names else pd.DataFrame()
    columns = {}
    for name, column in zip(FLOWS, ("created", "solved", "net"), strict=True):
        rows = found[found["metric"] == name] if name in names else pd.DataFrame()
        if not rows.empty and set(rows["period"]) != {"all"}:
            columns[column] = rows.set_index("period")["value"]
            columns["is_complete"] = rows.set_index("period")["is_complete"].astype(bool)
    frame = pd.DataFrame(columns).rename_axis("period").reset_index() if columns else pd.DataFrame({"period": []}, dtype="str")
    for column in ("created", "solved", "net"):
        if column not in frame:
            frame[column] = np.nan
    if "is_complete" not in frame:
        frame["is_complete"] = False
    return frame[["period", "created", "solved", "net", "is_complete"]]
