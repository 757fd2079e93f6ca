"""Promises told by a word that is there from the beginning: "kept so far" is kept only once the ticket has ended, "broken" is broken at any time."""

from __future__ import annotations

from collections.abc import Iterable

from kpi.cells import First, Flag, first, flag, when


def promise(*names: str, broken: Iterable[str], kept: Iterable[str], silent: Iterable[str] = (), ended: Flag) -> First:
    """Whether a promise was kept, from a word; `silent` words say nothing of it, `ended` is true where the ticket is over."""
    broken, kept, silent = tuple(broken), tuple(kept), tuple(silent)
    no = {**dict.fromkeys(broken, False), **dict.fromkeys((*kept, *silent), None)}
    yes = {**dict.fromkeys(kept, True), **dict.fromkeys((*broken, *silent), None)}
    return first(flag(*names, words=no), when(flag(*names, words=yes), ended))
