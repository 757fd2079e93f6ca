# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Zendesk QA (Klaus) reviews: a row for each review with a column for each rating category, or a row for each rating. Best effort.

The scale of a category is told by its greatest rating (1: binary, 3, 4, 5 steps, else percent), and said. A weight of 0.05 marks a critical
category. A file without categories has one rating for each review, its score in percent; IQS is the mean of review scores.
Source: support.zendesk.com article 7043701093786.
"""

from __future__ import annotations

from kpi.cells import Connection, choice, flag, ident, identifier, instant, number, text
from kpi.files import Header, RawTable
from kpi.sources._reshape import cell, others, shaped
from kpi.sources._source import Source

_FACTS = {
    "Review": ("Review ID", "review_id", "Review"),
    "Ticket": ("Conversation ID", "conversation_id", "Ticket ID", "External ID"),
    "Reviewer": ("Reviewer", "Reviewer name", "Reviewer email"),
    "Agent": ("Reviewee", "Reviewee name", "Reviewee email", "Agent"),
    "Reviewed": ("Review date", "Reviewed at", "Review created", "Created", "Created at", "Date"),
}
_SCORE = ("Review score", "Review score %", "IQS", "Score", "Score %")
_CATEGORY, _RATING = ("Category", "Rating category", "Category name"), ("Rating", "Category rating", "Category score")
_WEIGHT, _CRITICAL = ("Weight", "Category weight"), ("Critical", "Is critical", "Category critical")
_OTHER = ("Scorecard", "Comment", "Comments", "Subject", "Review type", "Disputed", "Workspace", "Reviewer email", "Reviewee email", "Tags")
_NAMES = (*_FACTS, "Category", "Score", "Low", "High", "Weight", "Critical", "Kind")
_STEPS = ((1.0, 0, 1), (3.0, 1, 3), (4.0, 1, 4), (5.0, 1, 5), (100.0, 0, 100))
"""(greatest rating, low, high)"""


def _ratings(con: Connection, raw: RawTable) -> RawTable:
    """A row for each rating of a category, with the scale its greatest rating tells."""
    table = ident(raw.table)
    facts = {name: cell(raw, *headers) for name, headers in _FACTS.items()}
    is_long = cell(raw, *_CATEGORY) != "NULL::VARCHAR" and cell(raw, *_RATING) != "NULL::VARCHAR"
    of_one = f"{facts['Ticket']} || ' by ' || {facts['Reviewer']}" if is_long else "NULL"  # ratings of one review share its ticket
    facts["Review"] = f"coalesce({facts['Review']}, {of_one}, 'row ' || _row)"
    told = ", ".join(facts.values())
    kind = f"CASE WHEN {facts['Reviewer']} = {facts['Agent']} THEN 'self' END"
    if is_long:
        low, high, doubts = _scale(con, raw, f"({_plain(cell(raw, *_RATING))})", "the ratings")
        weight = cell(raw, *_WEIGHT)
        critical = f"coalesce({cell(raw, *_CRITICAL)}, CASE WHEN try_cast({weight} AS DOUBLE) = 0.05 THEN 'yes' END)"
        query = (
            f"SELECT _row, {told}, {cell(raw, *_CATEGORY)}, {_plain(cell(raw, *_RATING))}, '{low}', '{high}', {weight}, {critical}, {kind} "
            f"FROM {table}"
        )
        return shaped(con, raw, _NAMES, query, doubts=doubts)
    queries, parameters, doubts = [], [], []
    known = [*(n for names in _FACTS.values() for n in names), *_SCORE, *_OTHER]
    categories = [(h, h.raw) for h in others(raw, known) if _is_rating(con, raw, h)]
    overall = [] if categories else [(h, "Review score") for h in raw.headers if h in _found(raw, _SCORE)]
    for header, name in categories or overall:
        rating = _plain(f"nullif(trim({ident(header.column)}), '')")
        low, high, said = (0, 100, []) if overall else _scale(con, raw, rating, f"“{header.raw}”")
        doubts += said
        query = f"SELECT _row, {told}, ?::VARCHAR, {rating}, '{low}', '{high}', NULL::VARCHAR, NULL::VARCHAR, {kind} FROM {table}"
        queries.append(f"{query} WHERE {rating} IS NOT NULL")
        parameters.append(name)
    if not queries:
        doubts.append(f"{raw.file}: no column of ratings was found beside reviewer and reviewee.")
        queries.append(f"SELECT _row, {told}{', NULL::VARCHAR' * 7} FROM {table} WHERE false")
    return shaped(con, raw, _NAMES, " UNION ALL ".join(queries), parameters, doubts)


def _found(raw: RawTable, names: tuple[str, ...]) -> list[Header]:
    gone = others(raw, names)
    return [h for h in raw.headers if h not in gone][:1]


def _plain(rating: str) -> str:
    """SQL: a rating without a percent sign."""
    return f"nullif(trim(replace({rating}, '%', '')), '')"


def _is_rating(con: Connection, raw: RawTable, header: Header) -> bool:
    """Whether a column holds numbers from 0 to 100 only, and some."""
    rating = f"try_cast({_plain(f'trim({ident(header.column)})')} AS DOUBLE)"
    row = con.execute(
        f"SELECT count({rating}), count(nullif(trim({ident(header.column)}), '')), coalesce(max({rating}), 0), coalesce(min({rating}), 0) "
        f"FROM {ident(raw.table)} WHERE upper(trim({ident(header.column)})) NOT IN ('N/A', '-')"
    ).fetchone()
    return bool(row[0] and row[0] == row[1] and 0 <= row[3] <= row[2] <= 100)


def _scale(con: Connection, raw: RawTable, rating: str, what: str) -> tuple[int, int, list[str]]:
    (most,) = con.execute(f"SELECT max(try_cast({rating} AS DOUBLE)) FROM {ident(raw.table)}").fetchone()
    low, high = next(((low, high) for top, low, high in _STEPS if (most or 0) <= top), (0, 100))
    return low, high, [f"{raw.file}: the scale of {what} is taken to be {low} to {high}, from the greatest rating."]


SOURCE = Source(
    name="zendesk_qa",
    label="Zendesk QA (Klaus) reviews",
    fills="reviews",
    confidence="low",
    signs=(("Reviewer", "Reviewee"), ("Reviewer name", "Reviewee name"), ("Reviewer email", "Reviewee email")),
    reshape=_ratings,
    columns={
        "review_id": identifier("Review"),
        "ticket_id": identifier("Ticket"),
        "reviewer": text("Reviewer"),
        "agent": text("Agent"),
        "kind": choice("Kind", words={"self": "self"}),
        "category": text("Category"),
        "score": number("Score"),
        "scale_low": number("Low"),
        "scale_high": number("High"),
        "weight": number("Weight"),
        "is_critical": flag("Critical"),
        "reviewed_at": instant("Reviewed"),
    },
)
