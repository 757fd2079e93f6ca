"""A scorecard filled in, and what it says: the total with its interval, how much the weights decide, and what one number hides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi import units
from kpi.scorecard.card import Line


@dataclass(frozen=True)
class Part:
    """One metric on the card: its value now and before, the score of each (0 to 100, None when unknown), its share of all weights.

    `less` and `more` are the total with this weight 50 % smaller and larger. `is_cut`: the value lies beyond an anchor.
    """

    line: Line
    value: float | None
    score: float | None
    low: float | None
    high: float | None
    before: float | None
    score_before: float | None
    share: float
    less: float | None = None
    more: float | None = None
    is_cut: bool = False


@dataclass(frozen=True)
class Scored:
    """The card filled in. `total` with `low` and `high`, from 0 to 100; `before` and the `change` from it over the parts known in both.

    `lightest` and `heaviest` hold the middle 90 % of totals over weightings drawn at random, all equally likely; `rises` is the share of those under
    which the total rose (None without a period before). `left_out` says which lines do not count, and why.
    """

    parts: tuple[Part, ...]
    left_out: tuple[tuple[Line, str], ...]
    total: float | None = None
    low: float | None = None
    high: float | None = None
    before: float | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    lightest: float | None = None
    heaviest: float | None = None
    rises: float | None = None
    in_days: bool = True
    currency: str = ""

    @property
    def is_beyond_noise(self) -> bool:
        return self.change_low is not None and self.change_high is not None and (self.change_low > 0 or self.change_high < 0)

    @property
    def text(self) -> str:
        """ "The total is 61 of 100 (58–64), 4 more than in the period before: beyond noise." """
        if self.total is None:
            return "No part of the scorecard can be scored: each needs a value, a worst and a best."
        said = f"The total is {self.total:.0f} of 100"
        if self.low is not None and self.high is not None:
            said += f" ({self.low:.0f}–{self.high:.0f})"
        if self.change is None or self.change_low is None or self.change_high is None:
            return f"{said}."
        limits = f"{_signed(self.change_low)} to {_signed(self.change_high)}"
        if not self.is_beyond_noise:
            return f"{said}; no clear change from the period before ({_signed(self.change)}, {limits})."
        more, better = ("more", "better") if self.change > 0 else ("less", "worse")
        return f"{said}, {abs(self.change):.1f} {more} than in the period before ({limits}): {better}, beyond noise."

    @property
    def hides(self) -> tuple[str, ...]:
        """What one number cannot show, said of this card."""
        known = sorted((p for p in self.parts if p.score is not None and p.share > 0), key=lambda p: p.score or 0.0)
        if not known or self.total is None:
            return ()
        worst, best = known[0], known[-1]
        said = []
        if len(known) > 1:
            said.append(
                f"A good part pays for a bad one: behind {self.total:.0f} stand {worst.line.metric.label} with {worst.score:.0f} "
                f"and {best.line.metric.label} with {best.score:.0f}."
            )
        if self.lightest is not None and self.heaviest is not None:
            said.append(
                f"The weights are a choice: with other weights the same values make anything from {self.lightest:.0f} to {self.heaviest:.0f}."
            )
        if self.rises is not None and self.change:
            said.append(f"Whether it rose depends on them too: it did under {_in_tens(self.rises)} of all weightings.")
        cut = [p.line.metric.label for p in known if p.is_cut]
        if cut:
            many = "is" if len(cut) == 1 else "are"
            said.append(f"Beyond its ends a score stands still: {_listed(cut)} {many} cut at 0 or 100, and moves there do not show.")
        if any(p.line.anchors == "history" for p in known):
            said.append("Ends taken from your own past make 100 as good as you have been, not as good as one can be.")
        bare = [p.line.metric.label for p in known if p.low is None]
        if bare:
            said.append(f"The interval is too narrow: how exact {_listed(bare)} {'is' if len(bare) == 1 else 'are'}, is not known.")
        said.append("Parts count as independent; those made of the same tickets move together, and the true interval is wider for it.")
        if self.left_out:
            said.append(f"Not in it: {_listed([f'{line.metric.label} ({why})' for line, why in self.left_out])}.")
        return tuple(said)

    def say(self, part: Part, value: float | None) -> str:
        return units.say(value, part.line.metric.unit, self.currency or None, days=self.in_days or "clock" not in part.line.metric.params)


def _signed(points: float) -> str:
    """ "+4.1"; what rounds to nothing has no sign."""
    said = f"{points:+.1f}"
    return "0.0" if float(said) == 0 else said


def _in_tens(share: float) -> str:
    tens = round(share * 10) * 10
    return "nearly none" if tens == 0 else "nearly all" if tens == 100 else f"about {tens} %"


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
