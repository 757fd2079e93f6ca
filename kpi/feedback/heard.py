"""What customers wrote, in a scope: every comment with its score and language, masked. Nothing else of this room ever sees the raw text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from kpi.engine import Dataset
from kpi.feedback.languages import code_of, label, language_of
from kpi.feedback.masking import LONGEST, masked, uncovered
from kpi.feedback.tokens import terms
from kpi.measure.compile import check_columns, values_of
from kpi.scope import Scope

MOST, MOST_LETTERS = 50_000, 10_000_000
"""So many comments, and so many characters of them, are read: the most recent ones."""
LOW, MIDDLE, HIGH, NONE = "low", "middle", "high", ""
SIDES = {"csat": (0.25, 0.75), "nps": (0.6, 0.9), "ces": (1 / 3, 2 / 3)}
"""Up to the first place on its scale (0 worst, 1 best) a score is low, from the second on high: 1-2 and 4-5 of five (as in DSAT and CSAT), 0-6 and
9-10 of an NPS answer, 1-3 and 5-7 of an effort score."""
COMMENTS, MESSAGES = "comments", "messages"
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Heard:
    """Comments of a scope, newest first.

    `frame`: ticket_id, kind, at (local time, NaT unknown), score (words, "" without one), side (low, middle, high, ""), language ("" unknown),
    which (place in `texts`). `texts` are the different ones, masked, each in one language. `total` are all there were before the bound;
    `source` is "comments" or, where the data hold none at all, "messages" (what the customer first wrote).
    """

    frame: pd.DataFrame
    texts: tuple[str, ...]
    spoken: tuple[str, ...]
    total: int
    source: str
    zone: str

    @property
    def n(self) -> int:
        return len(self.frame)

    @property
    def noun(self) -> str:
        return "comments" if self.source == COMMENTS else "first messages"

    def holding(self, word: str) -> Heard:
        """Those that hold a word or pair, as words are compared (`kpi.feedback.terms`)."""
        first = word.split(" ", maxsplit=1)[0]
        which = self.frame["which"].to_numpy(np.int64)
        holds = np.zeros(len(self.texts), np.bool_)
        for place in np.unique(which).tolist():
            text = self.texts[place]
            holds[place] = first in text.casefold().replace("’", "'") and word in terms(text, self.spoken[place])
        return self._kept(holds[which])

    @property
    def languages(self) -> dict[str, int]:
        """Language -> how many comments, the most spoken first, unknown last."""
        counts = self.frame["language"].value_counts()
        return {str(code): int(counts[code]) for code in sorted(counts.index, key=lambda code: (code == "", -counts[code], code))}

    def within(self, start: dt.date | None, end: dt.date | None) -> Heard:
        """Those of some local dates, both included."""
        day = self.frame["at"]
        kept = np.ones(len(day), bool)
        if start:
            kept &= (day >= pd.Timestamp(start)).to_numpy()
        if end:
            kept &= (day < pd.Timestamp(end) + pd.Timedelta(days=1)).to_numpy()
        return self._kept(kept)

    def spoken_in(self, language: str) -> Heard:
        """Those of one language ("" those whose language is not told)."""
        return self._kept((self.frame["language"] == language).to_numpy())

    def _kept(self, kept: npt.NDArray[np.bool_]) -> Heard:
        return replace(self, frame=self.frame[kept])

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done before anything was counted."""
        said = []
        if self.source == MESSAGES:
            said.append("These data hold no survey comments: what customers wrote first in each ticket is read instead.")
        if self.total > len(self.frame) and self.total > MOST:
            said.append(f"Of {self.total:,} {self.noun} the most recent {len(self.frame):,} are read.")
        if unknown := self.languages.get("", 0):
            said.append(f"{unknown:,} do not tell their language.")
        return tuple(said)

    @property
    def languages_said(self) -> str:
        """ "English 812, German 240"."""
        return ", ".join(f"{label(code)} {n:,}" for code, n in self.languages.items())


def has_any(data: Dataset) -> str:
    """Where customers' words are: "comments", "messages", or "" where the data hold none."""
    if "surveys.comment" in data.filled:
        return COMMENTS
    return MESSAGES if {"messages.text", "messages.author_role"} <= data.filled else ""


def heard(scope: Scope, data: Dataset) -> Heard:
    """The comments of a scope, by the time they were given, with the scope's filters. No comments at all: an empty one.

    As in CSAT the newest answer of a ticket counts, tickets that are deleted, spam or merged do not, and a score outside its scale is none.
    UnknownName for a filter by a column that does not exist.
    """
    source = has_any(data)
    if not source:
        return Heard(_empty(), (), (), 0, COMMENTS, scope.zone)
    table = "surveys" if source == COMMENTS else "tickets"
    check_columns(scope.but(split=()), data.columns(table))
    start, end = scope.span()
    where = str(values_of(scope, data.first, scope.as_of or data.newest)["where"])
    at = "rated_at" if source == COMMENTS else "sent_at"
    allowed = "TRUE" if scope.ask.choice("statuses") == "all" else "is_counted"
    dates = [f"{at} {sign} TIMESTAMP '{edge:%Y-%m-%d %H:%M:%S.%f}'" for sign, edge in ((">=", start), ("<", end)) if edge]
    rows = _SURVEYS if source == COMMENTS else _MESSAGES.format(canonical=data.canonical, as_of=scope.as_of or data.newest)
    text = f"""
WITH said AS ({rows}),
kept AS (
    SELECT *, {at} AS happened, count(*) OVER () AS total FROM said
    WHERE {allowed} AND {" AND ".join(["TRUE", *dates])} AND {where} AND trim(words) <> ''
    ORDER BY happened DESC NULLS LAST, ticket_id, words LIMIT {MOST}
), counted AS (
    SELECT *, sum(length(words)) OVER (ORDER BY happened DESC NULLS LAST, ticket_id, words ROWS UNBOUNDED PRECEDING) AS letters FROM kept
)
SELECT ticket_id, kind, position, score, scale_high, is_valid, language, words, total, happened FROM counted
WHERE letters <= {MOST_LETTERS} ORDER BY happened DESC NULLS LAST, ticket_id, words
"""
    frame = data.query(text, data.stand(scope.as_of, scope.calendar))
    return _of(frame, source, scope.zone)


_SURVEYS = f"SELECT *, left(comment, {LONGEST}) AS words FROM surveys WHERE comment IS NOT NULL AND is_latest"
_MESSAGES = f"""
    SELECT t.*, s.kind, s.position, s.score, s.scale_high, s.is_valid, m.words, m.sent_at FROM (
        SELECT ticket_id, sent_at, left(text, {LONGEST}) AS words FROM {{canonical}}.messages
        WHERE author_role = 'requester' AND coalesce(is_public, true) AND text IS NOT NULL AND sent_at <= TIMESTAMP '{{as_of}}'
        QUALIFY row_number() OVER (PARTITION BY ticket_id ORDER BY sent_at, _row) = 1
    ) m JOIN tickets t USING (ticket_id)
    LEFT JOIN (FROM surveys WHERE kind = 'csat' AND is_latest AND is_valid) s USING (ticket_id)
"""


def _of(rows: pd.DataFrame, source: str, zone: str) -> Heard:
    if not len(rows):
        return Heard(_empty(), (), (), 0, source, zone)
    told = rows["language"].map({name: code_of(name) for name in rows["language"].unique()}).fillna("").astype(str)
    which, pairs = pd.factorize(pd.Series(list(zip(rows["words"].astype(str), told, strict=True)), dtype=object))
    covered: dict[str, str] = {}
    texts, spoken = [], []
    for raw, code in pairs.tolist():
        if raw not in covered:
            covered[raw] = masked(raw)
        texts.append(covered[raw])
        spoken.append(code or language_of(uncovered(covered[raw])))
    at = pd.to_datetime(rows["happened"]).dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    frame = pd.DataFrame(
        {
            "ticket_id": rows["ticket_id"].astype(object).where(rows["ticket_id"].notna(), "").astype(str),
            "kind": rows["kind"].fillna("").astype(str),
            "at": at,
            "score": _scores(rows),
            "side": sides(rows["kind"], rows["position"]),
            "language": np.array(spoken, dtype=object)[which],
            "which": which.astype(np.int64),
        }
    )
    return Heard(frame, tuple(texts), tuple(spoken), int(rows["total"].iloc[0]), source, zone)


def sides(kind: pd.Series, position: pd.Series) -> npt.NDArray[np.object_]:
    """low, middle or high for each score, "" where there is none; `position` is 0 (worst) to 1 (best) of its scale."""
    place = position.to_numpy(dtype=np.float64, na_value=np.nan)
    limits = [SIDES.get(str(one), SIDES["csat"]) for one in kind]
    low, high = (np.array([pair[side] for pair in limits], dtype=np.float64) for side in (0, 1))
    out = np.full(len(place), MIDDLE, dtype=object)
    with np.errstate(invalid="ignore"):
        out[place <= low + 1e-9] = LOW
        out[place >= high - 1e-9] = HIGH
    out[np.isnan(place)] = NONE
    return out


def _scores(rows: pd.DataFrame) -> list[str]:
    known = rows["score"].notna() & rows["is_valid"].fillna(False).astype(bool) & rows["scale_high"].notna()
    return [f"{score:g} of {high:g}" if ok else "" for score, high, ok in zip(rows["score"], rows["scale_high"], known, strict=True)]


def _empty() -> pd.DataFrame:
    columns = {name: pd.Series(dtype=object) for name in ("ticket_id", "kind", "score", "side", "language")}
    return pd.DataFrame({**columns, "at": pd.Series(dtype="datetime64[us]"), "which": pd.Series(dtype=np.int64)})
