"""The twelve metrics of the weekly board as one would write them by hand: with pandas, and with DuckDB SQL; intervals from SciPy.

Both start from facts (`<table>.parquet`, `as_of`) and give value, low and high by week, for `bench/board.py` to compare.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy.stats import binom, norm, t

FACTS = ("tickets", "surveys", "open_spans")
P90 = "full_resolution_time p90"
Board = dict[str, pd.DataFrame]
"""Metric -> value, low, high (nan where there is none) by week."""


def share(top: Any, n: Any) -> pd.DataFrame:
    z, p = norm.ppf(0.975), top / n
    centre, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (100 * np.clip((centre + s * half) / (1 + z * z / n), 0, 1) for s in (-1, 1))
    frame = pd.DataFrame({"value": 100 * p, "low": np.where(top == 0, 0, low), "high": np.where(top == n, 100, high)})
    return frame.assign(low=frame["low"].where(n >= 10), high=frame["high"].where(n >= 10))


def ordered(value: Any, lists: Any, q: float) -> pd.DataFrame:
    n = np.array([len(x) for x in lists])
    low, high = binom.ppf(0.025, n, q).astype(int), binom.ppf(0.975, n, q).astype(int) + 1
    limits = []
    for x, a, b in zip(lists, low, high, strict=True):
        places = [rank - 1 for rank in (a, b) if 1 <= rank <= len(x)]
        x = np.partition(x, places) if places else x  # noqa: PLW2901  a whole sort would be three times the work
        limits.append((x[a - 1] if a >= 1 else np.nan, x[b - 1] if b <= len(x) else np.nan))
    return pd.DataFrame({"value": value, "low": [a for a, _ in limits], "high": [b for _, b in limits]})


def mean(value: Any, deviation: Any, n: Any) -> pd.DataFrame:
    half = t.ppf(0.975, n - 1) * deviation / np.sqrt(n)
    return pd.DataFrame({"value": value, "low": np.maximum(value - half, 0), "high": value + half})


def promoters(up: Any, down: Any, n: Any) -> pd.DataFrame:
    u, d = (up + 0.75) / (n + 3), (down + 0.75) / (n + 3)
    half = norm.ppf(0.975) * np.sqrt((u + d - (u - d) ** 2) / (n + 3))
    few = n < 30
    low, high = (np.where(few, np.nan, 100 * np.clip(u - d + s * half, -1, 1)) for s in (-1, 1))
    return pd.DataFrame({"value": 100 * (up - down) / n, "low": low, "high": high})


def count(number: Any) -> pd.DataFrame:
    return pd.DataFrame({"value": number, "low": np.nan, "high": np.nan})


def weekly(times: pd.Series) -> pd.Series:
    return times.dt.normalize() - pd.to_timedelta(times.dt.weekday, unit="D")


def with_pandas(folder: Path) -> tuple[Callable[[], Board], dict[str, float]]:
    tickets, surveys, spans = (pd.read_parquet(folder / f"{name}.parquet") for name in FACTS)
    as_of = pd.Timestamp((folder / "as_of").read_text())

    def hits(rows: pd.DataFrame, at: pd.Series, hit: pd.Series) -> pd.DataFrame:
        sums = hit.astype("float64").groupby(weekly(at[rows.index])).agg(["sum", "count"])
        return share(sums["sum"], sums["count"])

    def quantile(rows: pd.DataFrame, at: str, column: str, q: float) -> pd.DataFrame:
        groups = rows[column].groupby(weekly(rows[at]))
        return ordered(groups.quantile(q), [x.to_numpy() for _, x in groups], q)

    def board() -> Board:
        solved = tickets[tickets["is_solved"].eq(True).fillna(False)]
        replied = tickets[tickets["is_answered"].eq(True).fillna(False) & tickets["first_reply_seconds"].notna()]
        timed = solved[solved["full_resolution_seconds"].notna()]
        ever = tickets[tickets["first_solved_at"].notna() | tickets["is_solved"].eq(True).fillna(False)]
        promised = tickets[tickets["is_sla_met"].notna()]
        ended = promised["solved_at"].where(promised["is_solved"].eq(True).fillna(False))
        handled = tickets[tickets["handle_seconds"].notna() & ~tickets["is_abandoned"].eq(True).fillna(False)]
        held = handled["handle_seconds"].groupby(weekly(handled["ended_at"])).agg(["mean", "std", "count"])
        valid = surveys[surveys["score"].notna() & surveys["is_valid"].eq(True).fillna(False) & surveys["is_latest"]]
        rated = valid[valid["kind"] == "csat"]
        asked = valid[(valid["kind"] == "nps") & (valid["scale_low"] == 0) & (valid["scale_high"] == 10)]
        marks = pd.DataFrame({"up": asked["score"] >= 9, "down": asked["score"] <= 6, "n": True}).groupby(weekly(asked["rated_at"])).sum()
        weeks = pd.date_range(weekly(tickets["created_at"].agg(["min"])).iloc[0], as_of, freq="7D")
        ends = [min(week + pd.Timedelta(days=7) - pd.Timedelta(microseconds=1), as_of) for week in weeks]
        starts, stops = np.sort(spans["span_started_at"].to_numpy()), np.sort(spans["span_ended_at"].dropna().to_numpy())
        instants = np.array(ends, dtype=starts.dtype)
        alive = np.searchsorted(starts, instants, "right") - np.searchsorted(stops, instants, "right")
        return {
            "tickets_created": count(tickets.groupby(weekly(tickets["created_at"])).size()),
            "tickets_solved": count(solved.groupby(weekly(solved["solved_at"])).size()),
            "first_reply_time": quantile(replied, "first_reply_at", "first_reply_seconds", 0.5),
            "full_resolution_time": quantile(timed, "solved_at", "full_resolution_seconds", 0.5),
            P90: quantile(timed, "solved_at", "full_resolution_seconds", 0.9),
            "csat": hits(rated, rated["rated_at"], rated["position"] >= 0.75),
            "reopen_rate": hits(
                ever, ever["first_solved_at"].fillna(ever["solved_at"]), ever["reopens"].gt(0).where(ever["reopens"].notna())
            ),
            "sla_attainment": hits(promised, ended.fillna(promised["due_at"]).fillna(promised["created_at"]), promised["is_sla_met"]),
            "one_touch": hits(solved, solved["solved_at"], solved["agent_replies"].eq(1).where(solved["agent_replies"].notna())),
            "backlog": count(pd.Series(alive, weeks)),
            "handle_time": mean(held["mean"], held["std"], held["count"]),
            "nps": promoters(marks["up"], marks["down"], marks["n"]),
        }

    return board, {}


SQL = {
    "tickets_created": "SELECT date_trunc('week', created_at) AS week, count(*) AS number FROM tickets GROUP BY 1 ORDER BY 1",
    "solved": """SELECT date_trunc('week', solved_at) AS week, count(*) AS number, quantile_cont(full_resolution_seconds, [0.5, 0.9]) AS q,
        list(full_resolution_seconds) FILTER (full_resolution_seconds IS NOT NULL) AS x,
        count(*) FILTER (agent_replies = 1) AS top, count(agent_replies) AS n FROM tickets WHERE is_solved GROUP BY 1 ORDER BY 1""",
    "first_reply_time": """SELECT date_trunc('week', first_reply_at) AS week, median(first_reply_seconds) AS q,
        list(first_reply_seconds) AS x
        FROM tickets WHERE is_answered AND first_reply_seconds IS NOT NULL GROUP BY 1 ORDER BY 1""",
    "csat": """SELECT date_trunc('week', rated_at) AS week, count(*) FILTER (position >= 0.75) AS top, count(*) AS n
        FROM surveys WHERE kind = 'csat' AND score IS NOT NULL AND is_valid AND is_latest GROUP BY 1 ORDER BY 1""",
    "reopen_rate": """SELECT date_trunc('week', coalesce(first_solved_at, solved_at)) AS week, count(*) FILTER (reopens > 0) AS top,
        count(reopens) AS n FROM tickets WHERE first_solved_at IS NOT NULL OR is_solved GROUP BY 1 ORDER BY 1""",
    "sla_attainment": """SELECT date_trunc('week', coalesce(CASE WHEN is_solved THEN solved_at END, due_at, created_at)) AS week,
        count(*) FILTER (is_sla_met) AS top, count(*) AS n FROM tickets WHERE is_sla_met IS NOT NULL GROUP BY 1 ORDER BY 1""",
    "backlog": """WITH week AS (SELECT unnest(generate_series(date_trunc('week', (SELECT min(created_at) FROM tickets)), ?, INTERVAL 7 DAY)) AS week)
        SELECT week, count(span_started_at) AS number FROM week LEFT JOIN open_spans
        ON span_started_at <= least(week + INTERVAL 7 DAY - INTERVAL 1 MICROSECOND, ?)
        AND (span_ended_at IS NULL OR span_ended_at > least(week + INTERVAL 7 DAY - INTERVAL 1 MICROSECOND, ?)) GROUP BY 1 ORDER BY 1""",
    "handle_time": """SELECT date_trunc('week', ended_at) AS week, avg(handle_seconds) AS m, stddev_samp(handle_seconds) AS s, count(*) AS n
        FROM tickets WHERE handle_seconds IS NOT NULL AND NOT coalesce(is_abandoned, false) GROUP BY 1 ORDER BY 1""",
    "nps": """SELECT date_trunc('week', rated_at) AS week, count(*) FILTER (score >= 9) AS up, count(*) FILTER (score <= 6) AS down, count(*) AS n
        FROM surveys WHERE kind = 'nps' AND score IS NOT NULL AND is_valid AND is_latest AND scale_low = 0 AND scale_high = 10
        GROUP BY 1 ORDER BY 1""",
}


def with_sql(folder: Path) -> tuple[Callable[[], Board], dict[str, float]]:
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    for name in FACTS:
        con.execute(f"CREATE TABLE {name} AS FROM read_parquet(?)", [str(folder / f"{name}.parquet")])
    as_of = pd.Timestamp((folder / "as_of").read_text()).to_pydatetime()

    def board() -> Board:
        got = {name: con.execute(sql, [as_of] * sql.count("?")).df().set_index("week") for name, sql in SQL.items()}
        solved, replied, held, marks = (got[name] for name in ("solved", "first_reply_time", "handle_time", "nps"))
        quantiles = np.array(solved["q"].tolist())
        return {
            **{name: count(got[name]["number"]) for name in ("tickets_created", "backlog")},
            "tickets_solved": count(solved["number"]),
            "first_reply_time": ordered(replied["q"], replied["x"], 0.5),
            "full_resolution_time": ordered(pd.Series(quantiles[:, 0], solved.index), solved["x"], 0.5),
            P90: ordered(pd.Series(quantiles[:, 1], solved.index), solved["x"], 0.9),
            **{name: share(got[name]["top"], got[name]["n"]) for name in ("csat", "reopen_rate", "sla_attainment")},
            "one_touch": share(solved["top"], solved["n"]),
            "handle_time": mean(held["m"], held["s"], held["n"]),
            "nps": promoters(marks["up"], marks["down"], marks["n"]),
        }

    return board, {}
