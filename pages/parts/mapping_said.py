"""What is said on the mapping screen, as a mapping says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from kpi.cells import unit_of
from kpi.sources import Preview, draft, satisfaction, to_toml
from kpi.tables import TABLES, Column

NOT_THERE, KEPT = "", "\0kept"
"""What a column may be under besides a header: nothing, or whatever the loaded mapping says that no control can."""
SCORE = "csat_score"
"""A column of ours that is a table of its own: the answer of a satisfaction survey beside each ticket."""
NO_ANSWER = "none"
ALWAYS = {"csat": "Every row: CSAT", "nps": "Every row: NPS", "ces": "Every row: customer effort"}
SCALES = {
    "1 to 5": (1, 5), "1 to 7": (1, 7), "1 to 10": (1, 10), "0 to 10": (0, 10), "0 to 1": (0, 1), "0 to 100": (0, 100), "1 to 3": (1, 3),
}  # fmt: skip
_OWN = ("fills", "columns", "also", "name", "label", "based_on", "leave")
"""What the controls say of a file themselves; any other fact of a loaded mapping goes along."""


@dataclass(frozen=True)
class Chosen:
    """One table of one file on the screen. `id` makes the keys of its controls, `stamp` tells one content from the next."""

    key: str
    id: str
    seen: Preview
    stamp: str = ""

    @property
    def file(self) -> str:
        return self.seen.raw.file

    @property
    def loaded(self) -> dict[str, Any]:
        """The mapping that was put into the controls: its label, its entry, and `whole` where it is used as it is. Empty: none was."""
        found: dict[str, Any] = st.session_state.get(f"map_loaded_{self.id}", {})
        return found


def key_of(chosen: Chosen, fills: str, column: str, what: str = "header") -> str:
    return f"map_{chosen.id}_{fills}_{column}_{what}"


def now(chosen: Chosen, fills: str, column: str) -> str:
    return str(st.session_state.get(key_of(chosen, fills, column), NOT_THERE))


def is_offered(fills: str, column: Column) -> bool:
    stated = ("first_reply_seconds", "full_resolution_seconds", SCORE)
    return column.name != "source" if fills != "tickets" else column.name in stated or (column.name != "source" and not column.derived)


def is_score(fills: str, column: str) -> bool:
    return column == SCORE or (fills, column) == ("surveys", "score")


def states_unit(seen: Preview, header: str) -> bool:
    return any(unit_of(h.note) for h in seen.looked_at[0].headers if h.raw == header)


def words_under(seen: Preview, header: str) -> list[str]:
    """The cells under a header that are no numbers, the commonest first."""
    return [text for text, _ in seen.values(header, 100) if number_of(text) is None]


def first(chosen: Chosen, fills: str) -> dict[str, str]:
    """Column -> header before anybody chose: what the source that recognises the file reads, else the likely ones of the proposal.

    A mere guess is said beside its column (`maybe`), and chosen only where nothing can be read without it: who reads on must not get a
    number made of another column.
    """
    source = chosen.seen.source
    if source is None:
        needed = TABLES[fills].required
        return {c: guess.header for c, guess in chosen.seen.proposal(fills).items() if guess.word != "a guess" or c in needed}
    return {column: headers[0].raw for column, headers in source.main.found(chosen.seen.looked_at[0].headers).items()}


def maybe(chosen: Chosen, fills: str, column: str) -> str:
    """The header that may be a column's, where that is a guess nobody has chosen; else nothing."""
    if chosen.seen.source is not None or chosen.loaded:
        return ""
    guess = chosen.seen.proposal(fills).get(column)
    taken = {now(chosen, fills, c.name) for c in TABLES[fills].columns}
    return guess.header if guess is not None and guess.word == "a guess" and guess.header not in taken else ""


def begin(chosen: Chosen, fills: str) -> None:
    """Controls begin with what is proposed, once."""
    if st.session_state.get(f"map_begun_{chosen.id}_{fills}"):
        return
    st.session_state[f"map_begun_{chosen.id}_{fills}"] = True
    for column, header in first(chosen, fills).items():
        st.session_state.setdefault(key_of(chosen, fills, column), header)
    if chosen.seen.source is None:
        for column, guess in chosen.seen.proposal(fills).items():
            st.session_state.setdefault(key_of(chosen, fills, column, "unit"), guess.unit)
    if fills == "surveys" and not now(chosen, fills, "kind"):
        st.session_state[key_of(chosen, fills, "kind")] = "csat"


def begin_scores(chosen: Chosen, fills: str) -> None:
    """Scores that are words begin with what the words mostly stand for, once for each header."""
    for column in (c.name for c in TABLES[fills].columns if is_score(fills, c.name)):
        header, asked = now(chosen, fills, column), key_of(chosen, fills, column, "asked")
        if header in (NOT_THERE, KEPT) or chosen.seen.source is not None or st.session_state.get(asked) == header:
            continue
        st.session_state[asked] = header
        if words := words_under(chosen.seen, header):
            found = satisfaction(words)
            st.session_state[key_of(chosen, fills, column, "words")] = {**found.scores, **dict.fromkeys(found.silent, NO_ANSWER)}
            st.session_state[key_of(chosen, fills, column, "scale")] = f"{found.low} to {found.high}"
        else:
            st.session_state.pop(key_of(chosen, fills, column, "words"), None)
            st.session_state[key_of(chosen, fills, column, "scale")] = usual_scale(chosen.seen, header)


def mapping_of(chosen: Chosen, fills: str) -> str:
    """The mapping as TOML; "" while nothing is said. Of a recognised file only the differences."""
    loaded, source = chosen.loaded, chosen.seen.source
    if loaded.get("whole"):
        return str(loaded["text"])
    columns, also = _said(chosen, fills)
    if source is None:
        if not columns:
            return ""
        facts = {k: v for k, v in loaded.get("entry", {}).items() if k not in _OWN} if loaded.get("fills") == fills else {}
        return to_toml(draft(chosen.file, fills, columns, also, **facts))
    was = first(chosen, fills)
    changed = {
        c: said for c, said in columns.items() if said != was.get(c) and (isinstance(said, str) or now(chosen, fills, c) != was.get(c))
    }
    changed |= {c: said for c, said in columns.items() if isinstance(said, dict) and ("words" in said or "order" in said)}
    leave = [column for column in was if not now(chosen, fills, column)]
    if not (changed or leave):
        return ""
    signs: dict[str, Any] = {"signs": []} if source.reshape else {}  # those of the source: what is read is not what stands in the file
    return to_toml(draft(chosen.file, fills, changed, based_on=source.name, leave=leave, **signs))


def _said(chosen: Chosen, fills: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the controls say, as a mapping says it; survey scores beside tickets are a table of their own."""
    entry = chosen.loaded.get("entry", {}) if chosen.loaded.get("fills") == fills else {}
    columns: dict[str, Any] = {}
    also: list[dict[str, Any]] = [part for part in entry.get("also", []) if part.get("fills") != "surveys"]
    for column in TABLES[fills].columns:
        header = now(chosen, fills, column.name)
        if not header or not is_offered(fills, column):
            continue
        if header == KEPT and column.name == SCORE:
            also += [part for part in entry.get("also", []) if part.get("fills") == "surveys"]
        elif header == KEPT:
            columns[column.name] = entry["columns"][column.name]
        elif column.name == SCORE:
            ticket = columns.get("ticket_id", now(chosen, fills, "ticket_id"))
            scored = {"kind": {"constant": "csat"}, "score": _score(chosen, fills, column, header), **_scale(chosen, fills, SCORE, header)}
            also.append({"fills": "surveys", "columns": {"ticket_id": ticket, **scored}})
        elif is_score(fills, column.name) and _words(chosen, fills, column):
            columns[column.name] = _score(chosen, fills, column, header)
            columns |= {c: s for c, s in _scale(chosen, fills, "score", header).items() if not now(chosen, fills, c)}
        else:
            columns[column.name] = _plain(chosen, fills, column, header)
    return columns, also


def _plain(chosen: Chosen, fills: str, column: Column, header: str) -> Any:
    state, words = st.session_state, _words(chosen, fills, column)
    if (fills, column.name) == ("surveys", "kind") and header in ALWAYS:
        return {"constant": header}
    if column.unit == "s" and not states_unit(chosen.seen, header):
        unit = state.get(key_of(chosen, fills, column.name, "unit"), "")
        return {"duration": header, **({"unit": unit} if unit else {})}
    if words:
        kind = "status" if column.name == "status" else "flag" if column.type == "flag" else "choice"
        own = {word: word for word in column.words} if kind == "choice" else {}
        return {kind: header, "words": {**own, **words}}
    order = state.get(key_of(chosen, fills, column.name, "order"), "") if column.type == "instant" else ""
    return {"instant": header, "order": order} if order else header


def _words(chosen: Chosen, fills: str, column: Column) -> dict[str, Any]:
    found: dict[str, Any] = st.session_state.get(key_of(chosen, fills, column.name, "words"), {})
    return found


def _score(chosen: Chosen, fills: str, column: Column, header: str) -> Any:
    words = _words(chosen, fills, column)
    if not words:
        return header
    low, high = SCALES[st.session_state.get(key_of(chosen, fills, column.name, "scale"), "1 to 5")]
    scores = {word: score for word, score in words.items() if score != NO_ANSWER}
    silent = [word for word, score in words.items() if score == NO_ANSWER]
    numbers = {str(n): n for n in range(low, high + 1)}
    return {"choice": header, "words": {**numbers, **scores}, **({"missing": silent} if silent else {})}


def _scale(chosen: Chosen, fills: str, column: str, header: str) -> dict[str, Any]:
    low, high = SCALES[st.session_state.get(key_of(chosen, fills, column, "scale"), usual_scale(chosen.seen, header))]
    return {"scale_low": {"constant": low}, "scale_high": {"constant": high}}


def usual_scale(seen: Preview, header: str) -> str:
    """The smallest usual scale that holds every score."""
    numbers = [number for text, _ in seen.values(header) if (number := number_of(text)) is not None]
    low, high = min(numbers, default=1), max(numbers, default=5)
    return next((name for name, (a, b) in SCALES.items() if a <= low and high <= b), "1 to 5")


def number_of(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
