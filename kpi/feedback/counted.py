"""How many comments speak of each theme, and how many of those come with a low score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kpi import units
from kpi.feedback.heard import LOW, NONE, Heard
from kpi.feedback.matching import Flags
from kpi.feedback.themes import Theme
from kpi.stats import wilson

FEWEST, SMALL = 10, 30
"""A share of fewer comments is no share: only counts are told; below `SMALL` the sample is called small."""


@dataclass(frozen=True)
class ThemeCount:
    """One theme in some comments. `n` of the `of` comments in languages it has words for speak of it: `share` per cent with its 95 % Wilson
    interval. `low_scores` of the `scored` among them are low: `low_share`. Shares of fewer than ten are None."""

    theme: Theme
    n: int
    of: int
    low_scores: int
    scored: int

    @property
    def share(self) -> float | None:
        return _share(self.n, self.of)

    @property
    def limits(self) -> tuple[float | None, float | None]:
        return _limits(self.n, self.of)

    @property
    def low_share(self) -> float | None:
        return _share(self.low_scores, self.scored)

    @property
    def low_limits(self) -> tuple[float | None, float | None]:
        return _limits(self.low_scores, self.scored)

    @property
    def said(self) -> str:
        """ "96 of 412 comments, 23.3 % (19.4–27.6 %)"; "3 of 7 comments"."""
        return _said(self.n, self.of, "comments")

    @property
    def low_said(self) -> str:
        """ "70 of 88 scores are low, 79.5 % (70.0–86.7 %)"."""
        return _said(self.low_scores, self.scored, "scores are low") if self.scored else "no scores"


@dataclass(frozen=True)
class Counted:
    """The themes of some comments, the most frequent first. `low_scores` of `scored` comments in all are low; `none` fit no theme, and
    `unspoken` are in a language that no theme has words for."""

    rows: tuple[ThemeCount, ...]
    n: int
    low_scores: int
    scored: int
    none: int
    unspoken: int
    noun: str
    notes: tuple[str, ...]

    @property
    def low_share(self) -> float | None:
        return _share(self.low_scores, self.scored)

    def of(self, name: str) -> ThemeCount | None:
        return next((row for row in self.rows if row.theme.name == name), None)

    @property
    def text(self) -> str:
        """The most frequent theme, and the one most frequent among low scores: counts, not causes."""
        told = self.n - self.unspoken
        if not self.n:
            return f"No {self.noun} in these dates."
        if not told:
            return f"{_many(self.n, self.noun)}, all in languages the themes have no words for."
        first = self.rows[0] if self.rows else None
        if first is None or not first.n:
            return f"None of {_many(told, self.noun)} fits a theme."
        said = f"“{first.theme.label}” is in the most {self.noun}: {first.said.replace(' comments', '')}"
        low = max(self.rows, key=lambda row: (row.low_scores, -self.rows.index(row)))
        if low.low_scores and self.low_scores >= FEWEST:
            sole = "it" if low is first else f"“{low.theme.label}”"
            said += f". Of {_many(self.low_scores, 'low scores')} the most come with {sole}: {_said(low.low_scores, self.low_scores, '')}"
        return f"{said}."

    @property
    def caveat(self) -> str:
        told = self.n - self.unspoken
        if not told:
            return ""
        parts = [f"{units.say(self.none, 'count')} of {_many(told, self.noun)} fit no theme; one may fit several."]
        if self.unspoken:
            parts.append(f"{_many(self.unspoken, self.noun)} more are in languages the themes have no words for.")
        if told < SMALL:
            parts.append("A small sample.")
        return " ".join([*parts, "Words are counted, not understood; people who write are not everybody."])


def counted(heard: Heard, themes: Sequence[Theme], flags: Flags) -> Counted:
    """Count the themes. `flags` is what `matched(heard, themes)` gave for all texts; `heard` may since be narrowed to dates or a language."""
    frame = heard.frame
    which = frame["which"].to_numpy(np.int64)
    side = frame["side"].to_numpy(object)
    is_low, is_scored = side == LOW, side != NONE
    languages = frame["language"].to_numpy(object)
    spoken = {theme.name: np.isin(languages, [code for code in heard.languages if theme.speaks(code)]) for theme in themes}
    rows = []
    for place, theme in enumerate(themes):
        hit = flags[which, place] if len(which) else np.zeros(0, np.bool_)
        rows.append(
            ThemeCount(
                theme, int(hit.sum()), int((spoken[theme.name] | hit).sum()), int((hit & is_low).sum()), int((hit & is_scored).sum())
            )
        )
    any_speaks = np.logical_or.reduce(list(spoken.values())) if themes and len(which) else np.zeros(len(which), np.bool_)
    any_hit = flags[which].any(axis=1) if len(which) and len(themes) else np.zeros(len(which), np.bool_)
    order = sorted(range(len(rows)), key=lambda place: (-(rows[place].n / max(1, rows[place].of)), place))
    return Counted(
        rows=tuple(rows[place] for place in order),
        n=len(frame),
        low_scores=int(is_low.sum()),
        scored=int(is_scored.sum()),
        none=int((any_speaks & ~any_hit).sum()),
        unspoken=int((~any_speaks & ~any_hit).sum()),
        noun=heard.noun,
        notes=heard.notes,
    )


def _share(n: int, of: int) -> float | None:
    return 100 * n / of if of >= FEWEST else None


def _limits(n: int, of: int) -> tuple[float | None, float | None]:
    if of < FEWEST:
        return None, None
    low, high = wilson(n, of)
    return 100 * float(low), 100 * float(high)


def _said(n: int, of: int, noun: str) -> str:
    counts = f"{units.say(n, 'count')} of {units.say(of, 'count')}{f' {noun}' if noun else ''}"
    share = _share(n, of)
    return counts if share is None else f"{counts}, {units.say(share, '%')} ({units.say_interval(*_limits(n, of), '%')})"


def _many(n: int, noun: str) -> str:
    return f"{units.say(n, 'count')} {noun if n != 1 else noun.removesuffix('s')}"
