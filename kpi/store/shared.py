"""What a link opens: the view of its data, the scope it begins with, and the scopes its reader may ask. The app and the API both ask here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kpi import periods
from kpi.engine import Dataset
from kpi.errors import BadValue, KpiError
from kpi.hours import Calendar, parse_calendar
from kpi.scope import QUERY_NAMES, Scope
from kpi.store import links, texts
from kpi.store.fitting import fitting, withheld
from kpi.store.folders import calendar_texts, calendars, default_calendar
from kpi.store.links import Link
from kpi.store.versions import open_dataset

COUNTING = ("clock", "statistic", "zone", "params", "calendar", "by")
"""Parts of a scope that say how one counts."""
MOST_KNOWN = 20
_WITHHELD: dict[tuple[object, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}
"""Data, names and fixed filters -> the words that texts beside the data must not say. The same for every visit of a link."""


@dataclass(frozen=True)
class Shared:
    """A link with what it gives: `dataset` is the view, `opening` the scope it begins with, `hours` the working hours its reader may choose."""

    link: Link
    dataset: Dataset
    opening: Scope
    hours: Mapping[str, Calendar]
    kept: Mapping[str, Any]

    def within(self, scope: Scope) -> Scope:
        """The nearest scope to a wish that the link allows. What is fixed is as it opens; the instant one stands at always is."""
        fixed: dict[str, Any] = {"as_of": self.opening.as_of}
        free = self.link.told.free
        if "dates" not in free:
            fixed |= {name: getattr(self.opening, name) for name in ("start", "end", "compare")}
        if "filters" not in free:
            fixed |= {"where": self.opening.where, "split": self.opening.split}
        if "counting" not in free:
            fixed |= {name: getattr(self.opening, name) for name in COUNTING}
        if scope.calendar and scope.calendar.fingerprint not in self.hours:
            fixed["calendar"] = self.opening.calendar
        return scope.but(**fixed)

    def text(self, name: str) -> str:
        """What fits the link of a text that belongs to the data (targets, events …): as it is, or as it was when the link was frozen."""
        said = str(self.kept.get("texts", {}).get(name, "")) if self.link.is_frozen else texts.text(self.link.data_key, name)
        seen = self.dataset.seen
        return fitting(name, said, seen, *self._withheld) if said else ""

    @cached_property
    def _withheld(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        whole = open_dataset(self.link.data_key, self.link.version)
        key = (whole.fingerprint, self.dataset.seen.names, self.dataset.seen.where)
        if key not in _WITHHELD:
            while len(_WITHHELD) >= MOST_KNOWN:
                _WITHHELD.pop(next(iter(_WITHHELD)), None)
            _WITHHELD[key] = withheld(whole, self.dataset.seen)
        return _WITHHELD[key]


def frozen(key: str) -> dict[str, Any]:
    """What a frozen link keeps beside the version of the data: the texts and working hours of this moment."""
    return {
        "texts": {name: said for name in texts.TEXTS if name != "calls.csv" and (said := texts.text(key, name))},
        "hours": calendar_texts(key),
    }


def shared(link: Link) -> Shared:
    """Open a link. KpiError when its data are gone or cannot be asked what it asks any more."""
    whole = open_dataset(link.data_key, link.version)
    kept = links.kept(link) if link.is_frozen else {}
    if link.is_frozen:
        hours = {print_: parse_calendar(text, "the link's working hours") for print_, text in kept.get("hours", {}).items()}
    else:
        hours = calendars(link.data_key)
    opening = _opening(link, whole, hours)
    since = until = None
    if "dates" not in link.told.free:
        before = opening.before()
        since, until = (before or opening).span()[0], opening.span()[1]
    view = whole.as_seen(link.told.seen(links.salt(link.data_key), since, until))
    return Shared(link, view, opening, hours, kept)


def _opening(link: Link, whole: Dataset, hours: Mapping[str, Calendar]) -> Scope:
    query: dict[str, Sequence[str]] = {name: list(values) for name, values in link.told.query.items() if name in QUERY_NAMES}
    named = next(iter(query.get("calendar", ())), "")
    if named and named not in hours:
        raise BadValue("The working hours of this link are not kept with its data any more.", "Ask for a new link.")
    calendar = hours.get(named)
    if "as_of" not in query and not any(query.values()):
        calendar = calendar or default_calendar(link.data_key)
    try:
        scope = Scope.from_query(query, calendar=calendar)
    except KpiError:  # another version of the product wrote it
        scope = Scope(calendar=calendar)
    if link.told.preset and not link.is_frozen:
        start, end = periods.of(link.told.preset, periods.newest(whole, scope))
        scope = scope.but(start=start, end=end, compare=scope.compare if start else None)
    return scope
