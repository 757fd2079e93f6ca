"""A mapping put into the controls of the mapping screen, where it fits the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from kpi.cells import pick
from kpi.sources import from_mapping, parse_mapping
from kpi.tables import TABLES
from pages.parts.mapping_said import ALWAYS, KEPT, NO_ANSWER, NOT_THERE, SCALES, SCORE, Chosen, is_score, key_of, number_of

_SIMPLE = {"ticket_id", "kind", "score", "scale_low", "scale_high"}
_FACT = {"duration": "unit", "instant": "order", "text": "", "identifier": "", "number": "", "count": "", "list": ""}
"""The fact of a reader that has a control."""


def fitting(text: str, chosen: Chosen) -> int | None:
    """Which `[[file]]` of a mapping fits a file; None where none does. KpiError where it does not read."""
    headers = chosen.seen.raw.headers
    for place, source in enumerate(from_mapping(parse_mapping(text))):
        own = chosen.seen.source
        if source.based_on:
            if own is not None and own.name == source.based_on and not source.lacks(headers):
                return place
        elif not source.lacks(headers):
            return place
    return None


def load(chosen: Chosen, text: str) -> bool:
    """Put a mapping into the controls. False where it does not fit the file; KpiError where it does not read."""
    place = fitting(text, chosen)
    if place is None:
        return False
    data = parse_mapping(text)
    entry: dict[str, Any] = {**{k: v for k, v in data.items() if k not in ("file", "name", "label", "about")}, **data["file"][place]}
    fills = str(entry.get("fills", "tickets"))
    whole = bool(entry.get("based_on")) or chosen.seen.source is not None
    st.session_state[f"map_loaded_{chosen.id}"] = {
        "label": str(data.get("label", data.get("name", ""))), "text": text, "entry": entry, "fills": fills, "whole": whole,
    }  # fmt: skip
    if whole:
        return True
    st.session_state[f"map_rows_{chosen.id}"] = fills
    st.session_state[f"map_begun_{chosen.id}_{fills}"] = True
    for column in TABLES[fills].columns:
        for what in ("header", "unit", "order", "scale", "words", "asked"):
            st.session_state.pop(key_of(chosen, fills, column.name, what), None)
        for control, value in _controls(chosen, column.name, entry).items():
            st.session_state[key_of(chosen, fills, column.name, control)] = value
    return True


def _controls(chosen: Chosen, column: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """What the controls of a column show for what a mapping says; KEPT where they cannot."""
    if column == SCORE:
        return _score_controls(chosen, [part for part in entry.get("also", []) if part.get("fills") == "surveys"])
    told = entry.get("columns", {}).get(column)
    if told is None or isinstance(told, str):
        return {"header": _header(chosen, told) if told else NOT_THERE}
    if isinstance(told, Mapping) and column == "kind" and told.get("constant") in ALWAYS:
        return {"header": told["constant"]}
    kind, facts = _reader(told)
    header = _header(chosen, told[kind]) if kind else KEPT
    is_vocabulary = kind in ("status", "choice", "flag") and not is_score(str(entry.get("fills", "tickets")), column)
    if header == KEPT or set(facts) - {"words" if is_vocabulary else _FACT.get(kind, "")}:
        return {"header": KEPT}
    return {"header": header, **facts} if is_vocabulary or kind in _FACT else {"header": KEPT}


def _reader(told: Any) -> tuple[str, dict[str, Any]]:
    """The kind of a reader of one header, and its facts; "" for any other."""
    kind = (
        next((k for k in told if k in (*_FACT, "status", "choice", "flag") and isinstance(told[k], str)), "")
        if isinstance(told, Mapping)
        else ""
    )
    return kind, {k: v for k, v in told.items() if k != kind} if kind else {}


def _score_controls(chosen: Chosen, parts: list[Mapping[str, Any]]) -> dict[str, Any]:
    if not parts:
        return {"header": NOT_THERE}
    columns = parts[0].get("columns", {})
    score, low, high = (columns.get(name) for name in ("score", "scale_low", "scale_high"))
    scale = f"{_constant(low)} to {_constant(high)}"
    is_simple = len(parts) == 1 and set(columns) == _SIMPLE and columns["kind"] == {"constant": "csat"} and scale in SCALES
    header = score if isinstance(score, str) else score.get("choice") if isinstance(score, Mapping) else None
    if not is_simple or not isinstance(header, str) or _header(chosen, header) == KEPT:
        return {"header": KEPT}
    found: dict[str, Any] = {"header": _header(chosen, header), "scale": scale, "asked": _header(chosen, header)}
    if isinstance(score, Mapping):
        words = {word: n for word, n in score.get("words", {}).items() if number_of(word) is None}
        found["words"] = {**words, **dict.fromkeys(_texts(score.get("missing", [])), NO_ANSWER)}
    return found


def _constant(told: Any) -> Any:
    return told.get("constant") if isinstance(told, Mapping) else None


def _texts(told: Any) -> Iterable[str]:
    return [str(text) for text in told] if isinstance(told, list) else []


def _header(chosen: Chosen, name: str) -> str:
    """The header of the file that a mapping means by a name."""
    found = pick(chosen.seen.looked_at[0].headers, name)
    return found.raw if found is not None and found.raw in chosen.seen.headers else KEPT
