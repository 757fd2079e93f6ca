"""One of several forms, chosen by the Scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kpi.forms.base import Behind, Cells, Finished, Form, Part
from kpi.metric import Ask


@dataclass(frozen=True)
class Choice:
    """One of several forms, by a parameter of the Scope or by the clock; the result names the choice taken."""

    by: str
    options: Mapping[str, Form] = field(hash=False)
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def taken(self, ask: Ask) -> Form:
        return self.options[ask.choice(self.by)]

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        return self.taken(ask).parts(ask)

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        finished = self.taken(ask).finish(cells, ask)
        code = ask.choice(self.by)
        if code in self.words:
            finished.notes = [(f"{code}: {self.words[code]}", *said) for said in finished.notes]
        return finished

    def behind(self, ask: Ask) -> Behind:
        return self.taken(ask).behind(ask)


def both_clocks(make: Callable[[str], Form]) -> Choice:
    """A form per clock; `make` gets the column ending: "seconds" or "business_seconds"."""
    return Choice("clock", {"calendar": make("seconds"), "business": make("business_seconds")})
