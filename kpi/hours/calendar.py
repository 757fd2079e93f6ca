"""Calendar: the schedules of a company, frozen and compared by content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from kpi.errors import BadValue, did_you_mean
from kpi.hours.schedule import Schedule, digest
from kpi.hours.timeline import Instants, micros, rows


@dataclass(frozen=True)
class Calendar:
    """The schedules of a company, of which one is the default (a single one always is).

    Two calendars with the same schedules, in whatever order, and the same default are equal. Raises BadValue for no
    schedule, two of one name, or a default that is not among them.
    """

    schedules: tuple[Schedule, ...]
    default: str = ""

    def __post_init__(self) -> None:
        keep = object.__setattr__  # the order in the file is no content
        keep(self, "schedules", tuple(sorted(self.schedules, key=lambda schedule: schedule.name)))
        if not self.schedules:
            raise BadValue("The calendar has no schedule.", "Add a [[schedule]] with a name, a zone and hours.")
        for before, after in pairwise(self.names):
            if before == after:
                raise BadValue(f"Two schedules are called {before!r}.", "Give each schedule a name of its own.")
        if len(self.schedules) == 1 and not self.default:
            keep(self, "default", self.schedules[0].name)
        if not self.default:
            raise BadValue("None of several schedules is the default.", "Write default = true in one of them.")
        self.schedule(self.default)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(schedule.name for schedule in self.schedules)

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with any content of the calendar (not with its file's name or order)."""
        return digest([self.default, *(schedule.fingerprint for schedule in self.schedules)])

    def schedule(self, name: str | None = None) -> Schedule:
        """The schedule of that name, or the default; BadValue for a name the calendar does not have."""
        wanted = self.default if name is None else name
        for schedule in self.schedules:
            if schedule.name == wanted:
                return schedule
        hint = did_you_mean(str(wanted), self.names)
        known = f"The calendar has {', '.join(repr(known) for known in self.names)}."
        raise BadValue(f"Schedule {str(wanted)[:60]!r} is not in the calendar.", f"{hint} {known}")

    def seconds_between(self, starts: ArrayLike, ends: ArrayLike, schedules: ArrayLike | None = None) -> NDArray[np.float64]:
        """`Schedule.seconds_between` with each row's schedule by name; null, or no `schedules` at all, is the default."""
        if schedules is None:
            return self.schedule().seconds_between(starts, ends)
        start, end, shape = rows(micros(starts), micros(ends))
        out = np.empty(start.shape)
        for schedule, mine in self._by_schedule(schedules, shape):
            out[mine] = schedule.seconds_between(start[mine].view("datetime64[us]"), end[mine].view("datetime64[us]"))
        return out.reshape(shape)

    def due_at(self, starts: ArrayLike, seconds: ArrayLike, schedules: ArrayLike | None = None) -> Instants:
        """`Schedule.due_at` with each row's schedule by name; null, or no `schedules` at all, is the default."""
        if schedules is None:
            return self.schedule().due_at(starts, seconds)
        start, wanted, shape = rows(micros(starts), np.asarray(seconds, dtype=np.float64))
        out = np.empty(start.shape, dtype="datetime64[us]")
        for schedule, mine in self._by_schedule(schedules, shape):
            out[mine] = schedule.due_at(start[mine].view("datetime64[us]"), wanted[mine])
        return out.reshape(shape)

    def _by_schedule(self, names: ArrayLike, shape: tuple[int, ...]) -> list[tuple[Schedule, NDArray[np.bool_]]]:
        codes, found = pd.factorize(np.broadcast_to(np.asarray(names, dtype=object), shape).ravel())
        used = [(self.schedule(str(name)), codes == code) for code, name in enumerate(found)]
        return [*used, (self.schedule(), codes == -1)]
