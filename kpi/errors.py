"""The errors a person may see: what is wrong, then what to do. One place turns them into words (frame, cli, api)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KpiError(Exception):
    """Bad input or an impossible wish, said in one sentence.

    `what` says what is wrong and names the file, row or column; `hint` says what to do about it.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what.strip()
        self.hint = hint.strip()

    def __str__(self) -> str:
        return f"{self.what} {self.hint}".strip()


class UnreadableFile(KpiError):
    """The bytes are not a table we can decode (damaged archive, binary rubbish, empty file)."""


class UnknownExport(KpiError):
    """The table decodes, but no source recognises its columns."""


class UnknownName(KpiError):
    """A metric, column, table, source or parameter that does not exist."""


class BadValue(KpiError):
    """A name we know with a value we cannot use (a date, a zone, a calendar, a threshold)."""


class NotAllowed(KpiError):
    """Something that is there, and that whoever asks may not see."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known names, or the empty string."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
