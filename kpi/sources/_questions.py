# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Survey exports with a column for each question: which questions are scores, of what kind and on which scale; their answers become rows.

A question is told by its words (recommend, satisfied, easy) and its answers (numbers, numbers with a label, the usual labels); one without
such words is a recommendation where its answers are 0 to 10. Of several questions of one kind the first is read, and all that was decided
is said: a person may know better, and map the file by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.cells import Connection, Reader, flag, fold, ident, identifier, instant, number, pick, text
from kpi.cells import choice as one_of
from kpi.files import Header, RawTable
from kpi.sources._reshape import cell, others, shaped
from kpi.sources._source import Reshape

_ABOUT = {
    "nps": r"recommend|weiterempf|recomend|recommand|consigli|aanbevel",
    "csat": r"satisf|zufrieden|tevreden|soddisf",
    "ces": r"\beas(y|ier|ily)\b|effort|einfach|aufwand|fácil|facile",
}
_LABELS = {
    "csat": (
        ("very dissatisfied", "extremely dissatisfied"), ("dissatisfied", "somewhat dissatisfied"),
        ("neither satisfied nor dissatisfied", "neutral"), ("satisfied", "somewhat satisfied"), ("very satisfied", "extremely satisfied"),
    ),
    "ces": (
        ("very difficult",), ("difficult", "somewhat difficult"), ("neither easy nor difficult", "neutral"), ("easy", "somewhat easy"),
        ("very easy",),
    ),
}  # fmt: skip
"""The labels of five steps, worst first."""
_NUMBER = re.compile(r"(\d{1,2})(?:\s*[-–:=.)]\s*\D.*|\s+\D.*|\s*\(.*\))?")
_TELLS = re.compile(r"open-ended|comment|reason|\bwhy\b|feedback|suggest|improve|tell us|\bgrund\b|warum|kommentar", re.IGNORECASE)
_GROUP = re.compile(r"nps[_ ]group$", re.IGNORECASE)
_MOST = 60
NAMES = ("Kind", "Score", "Low", "High", "Higher is better", "Comment")
TICKETS = ("Ticket ID", "ticket_id", "TicketID", "Ticket Number", "Ticket", "Case Number", "Case ID", "Conversation ID")
"""What a survey that was sent about a ticket may call it."""


@dataclass(frozen=True)
class _Question:
    """A question that is a score: its answers as numbers, and its scale."""

    header: Header
    kind: str
    scores: Mapping[str, int]
    low: int
    high: int
    is_higher_better: bool


def columns() -> dict[str, Reader]:
    """The readers of a reshaped survey."""
    return {
        "ticket_id": identifier("Ticket"),
        "requester": text("Requester"),
        "kind": one_of("Kind", words={k: k for k in _ABOUT}),
        "score": number("Score"),
        "scale_low": number("Low"),
        "scale_high": number("High"),
        "is_higher_better": flag("Higher is better"),
        "answered_at": instant("Answered"),
        "comment": text("Comment"),
    }


def answers(facts: Mapping[str, Sequence[str]], known: Sequence[str], are_codes: bool = False) -> Reshape:
    """A reshaping of a survey export.

    `facts` are our names of what is no question (Answered, Requester …) and the headers it may stand under; `known` are further headers
    that are no questions; `are_codes` says that numbers may be the codes of choices.
    """

    def reshape(con: Connection, raw: RawTable) -> RawTable:
        """A row for each answer to a question that is a score: recommendation, satisfaction or ease, told by its words and its answers."""
        asked = others(raw, [*known, *(name for names in facts.values() for name in names)])
        found, doubts = _told(con, raw, asked, are_codes)
        told = ", ".join(cell(raw, *names) for names in facts.values())
        queries, parameters = [], []
        for question in found:
            answer = f"nullif(trim({ident(question.header.column)}), '')"
            comment = _comment_of(question, asked, found)
            queries.append(
                f"SELECT _row, {told}, ?::VARCHAR, coalesce(map(?::VARCHAR[], ?::VARCHAR[])[{answer}], {answer}), ?::VARCHAR, ?::VARCHAR, "
                f"?::VARCHAR, {ident(comment.column) if comment else 'NULL::VARCHAR'} FROM {ident(raw.table)} WHERE {answer} IS NOT NULL"
            )
            values = [str(v) for v in question.scores.values()]
            better = "yes" if question.is_higher_better else "no"
            parameters += [question.kind, list(question.scores), values, str(question.low), str(question.high), better]
        nothing = f"SELECT _row, {told}{', NULL::VARCHAR' * len(NAMES)} FROM {ident(raw.table)} WHERE false"
        names = [*(_zoned(raw, name, headers) for name, headers in facts.items()), *NAMES]
        return shaped(con, raw, names, " UNION ALL ".join(queries or [nothing]), parameters, doubts)

    return reshape


def _zoned(raw: RawTable, name: str, headers: Sequence[str]) -> str:
    """Our name of a column with the note of theirs, which may name the zone."""
    found = next((h for header in headers if (h := pick(raw.headers, header)) is not None), None)
    return f"{name} ({found.note})" if found and found.note else name


def _told(con: Connection, raw: RawTable, asked: Sequence[Header], are_codes: bool) -> tuple[list[_Question], list[str]]:
    """The first question of each kind, and what is to be said."""
    found: dict[str, _Question] = {}
    doubts = []
    for header in asked:
        c = f"nullif(trim({ident(header.column)}), '')"
        rows = con.execute(f"SELECT DISTINCT {c} FROM {ident(raw.table)} WHERE {c} IS NOT NULL LIMIT {_MOST + 1}").fetchall()
        question = None if len(rows) > _MOST else _question(header, sorted(str(t) for (t,) in rows))
        if question is None:
            continue
        if question.kind in found:
            doubts.append(f"{raw.file}: “{_short(header)}” is a {question.kind} score too; only the first such question is read.")
            continue
        found[question.kind] = question
        codes = " Its numbers may be codes of choices: export the choice text to be sure." if are_codes and question.kind != "nps" else ""
        doubts.append(f"{raw.file}: “{_short(header)}” is read as {question.kind}, {question.low} to {question.high}.{codes}")
    if not found:
        doubts.append(f"{raw.file}: no question could be told to be a score of recommendation, satisfaction or ease.")
    return list(found.values()), doubts


def _question(header: Header, texts: Sequence[str]) -> _Question | None:
    """The score a column is, from its header and all its different answers."""
    asked = fold(header.raw)
    kind = next((k for k, words in _ABOUT.items() if re.search(words, asked)), "")
    if not texts or _GROUP.search(header.name) or _TELLS.search(header.note):
        return None
    numbers = {t: int(m[1]) for t in texts if (m := _NUMBER.fullmatch(t))}
    if len(numbers) == len(texts) and max(numbers.values()) <= 10:
        most, least = max(numbers.values()), min(numbers.values())
        kind = kind or ("nps" if len(texts) > 2 and (most > 7 or least == 0) else "")
        if kind == "nps":
            return _Question(header, "nps", numbers, 0, 10, True)
        high = next(h for h in (5, 7, 10) if most <= h)
        return _Question(header, kind, numbers, 0 if least == 0 else 1, high, _is_better(kind, asked)) if kind else None
    steps = {label: step for step, labels in enumerate(_LABELS.get(kind, ()), start=1) for label in labels}
    labelled = {t: steps[fold(t)] for t in texts if fold(t) in steps}
    # Two labels of one step belong to a longer scale than ours.
    if len(labelled) * 2 <= len(texts) or len({fold(t) for t in labelled}) > len(set(labelled.values())):
        return None
    return _Question(header, kind, labelled, 1, 5, True)


def _is_better(kind: str, asked: str) -> bool:
    """A high number is the good end, but of effort."""
    return kind != "ces" or not re.search(r"effort|aufwand", asked) or re.search(r"\beas|einfach", asked) is not None


def _comment_of(question: _Question, asked: Sequence[Header], found: Sequence[_Question]) -> Header | None:
    """The open question that follows a score, before the next score."""
    scores = {q.header.column for q in found}
    for header in asked[asked.index(question.header) + 1 :]:
        if header.column in scores:
            return None
        if _TELLS.search(header.raw):
            return header
    return None


def _short(header: Header) -> str:
    said = " ".join(header.raw.split())
    return said if len(said) <= 60 else said[:59] + "…"
