"""The four ways lists are turned: by a cursor that never ends, by the time of the last record, by a token a pass, and by moving windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kpi.pull.model import Ask, Broken, Page, PullError, State, written


def _told(page: Page, name: str) -> Any:
    if not isinstance(page.value, dict) or name not in page.value:
        raise Broken(f"a page without {name}")
    return page.value[name]


@dataclass(frozen=True)
class Stream:
    """A cursor for ever: each page names the next, the last of today's is where tomorrow goes on. Nothing is asked twice."""

    params: Mapping[str, str | int] = field(default_factory=dict)

    def first(self, since: float) -> State:
        return {"since": since, "cursor": ""}

    def begin(self, state: State) -> State:
        return {**state, "done": False}

    def ask(self, path: str, state: State) -> Ask:
        where: dict[str, str | int] = {"cursor": state["cursor"]} if state["cursor"] else {"start_time": max(int(state["since"]), 1)}
        return Ask(path, {**self.params, **where})

    def after(self, state: State, page: Page, versions: list[float], fresh: int) -> State:
        return {**state, "cursor": _told(page, "after_cursor") or state["cursor"], "done": bool(_told(page, "end_of_stream"))}


@dataclass(frozen=True)
class Clocked:
    """By the time of the newest record of the page, which the server states: the next page begins at that very second, so records repeat."""

    params: Mapping[str, str | int] = field(default_factory=dict)

    def first(self, since: float) -> State:
        return {"since": since, "at": since}

    def begin(self, state: State) -> State:
        return {**state, "done": False}

    def ask(self, path: str, state: State) -> Ask:
        return Ask(path, {**self.params, "start_time": max(int(state["at"]), 1)})

    def after(self, state: State, page: Page, versions: list[float], fresh: int) -> State:
        end = _told(page, "end_time")
        at = max(state["at"], float(end)) if isinstance(end, int | float) else state["at"]
        return {**state, "at": at, "done": bool(_told(page, "end_of_stream"))}


@dataclass(frozen=True)
class Passes:
    """Page by page with a token, from the first to the last: a pass. The next pass begins where the last one began, less an overlap.

    The beginning of a pass is the time the server itself stated with the first page: what changed while it ran comes with the next.
    `overlap` None: every pass is over everything.
    """

    token: Callable[[Page, State], str | int | None]
    turn: Callable[[State], Ask]
    overlap: float | None = None

    def first(self, since: float) -> State:
        return {"since": since, "from": since, "token": None, "began": None}

    def begin(self, state: State) -> State:
        if not state.get("done"):
            return state
        return {**state, "token": None, "began": None, "done": False}

    def ask(self, path: str, state: State) -> Ask:
        asked = self.turn(state)
        return Ask(path, asked.params, asked.body)

    def after(self, state: State, page: Page, versions: list[float], fresh: int) -> State:
        began = state["began"] if state["token"] is not None else page.date
        token = self.token(page, state)
        if token is not None and token == state["token"]:
            raise PullError("The server names the same page as the next one again and again.", "Try again later.")
        if token is not None:
            return {**state, "token": token, "began": began, "done": False}
        ahead = state["from"] if self.overlap is None or began is None else max(state["from"], began - self.overlap)
        return {**state, "token": None, "began": None, "from": ahead, "done": True}


@dataclass(frozen=True)
class Windows:
    """Page numbers over a list sorted by its last change, where a deep page is refused and every change shifts the pages behind it.

    So page 1 is asked again and again, each time from the last change seen on (less a second, whether the server counts that instant or not):
    what changes meanwhile only moves ahead of us, and no page shifts. Only where one second holds more than a page (a bulk update) are pages
    numbered, and then turned from the first again until a whole turn brings no news, because they may have shifted.
    What changed in the last `lag` seconds by the server's clock is taken but not passed: it is asked again, so that a late write is not lost.
    """

    params: Mapping[str, str | int]
    most_pages: int
    lag: float

    def first(self, since: float) -> State:
        return {"since": since, "from": since, "page": 1, "news": 0}

    def begin(self, state: State) -> State:
        return {**state, "page": 1, "news": 0, "done": False}

    def ask(self, path: str, state: State) -> Ask:
        return Ask(path, {**self.params, "updated_since": written(state["from"]), "page": state["page"]})

    def after(self, state: State, page: Page, versions: list[float], fresh: int) -> State:
        settled = [v for v in versions if page.date is None or v <= page.date - self.lag]
        if settled != sorted(settled):
            raise PullError(
                "The server does not sort by the last change, as it was asked to, so nothing would tell whether all came.",
                "Export the tickets as a file instead, and tell us.",
            )
        ahead = (settled[-1] if settled else state["from"]) - 1
        news = state["news"] + fresh
        moves = ahead > state["from"]
        if page.has_next_link and not moves:
            if state["page"] >= self.most_pages:
                raise PullError(
                    f"More tickets changed within one second ({written(state['from'])}) than the server lists.",
                    "Export these tickets as a file instead.",
                )
            return {**state, "page": state["page"] + 1, "news": news, "done": False}
        if state["page"] > 1 and news:
            return {**state, "page": 1, "news": 0, "done": False}
        return {**state, "from": max(ahead, state["from"]), "page": 1, "news": 0, "done": not page.has_next_link}
