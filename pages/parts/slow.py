"""Slow steps of a page: worked on in the background, once for everybody who asks the same; with what is being done, and a way to stop it.

    found = slow.step(("matrix", fingerprint, asked), "Comparing every pair of numbers", lambda: correlate(unit, scope, data))

A step that is quick shows nothing. Else the page says what is being done and waits a while; then it ends here, and comes back by itself when
the step is done. `make` runs in a thread of its own: it must not touch Streamlit. It is stopped when nobody waits for it any more: the one
who pressed Stop, left the page, asked for something else, or closed the browser. What it works on ends at once (`kpi.steps`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NoReturn, TypeVar, cast

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from kpi.errors import KpiError
from kpi.steps import Step, Stopped, within
from pages.parts import recorded
from pages.parts.words import plain

Made = TypeVar("Made")
Key = tuple[Hashable, ...]

SILENT = 0.4
"""Seconds a page waits in silence: what is done by then shows no sign of work."""
MOMENT = 5.0
"""Seconds a page waits in all before it ends: running it a second time would cost more than waiting for what is nearly done."""
TICK = 0.1
"""Seconds between two looks of a page that waits."""
LOOK = 0.5
"""Seconds between two looks at a step that is at work."""
GRACE = 3.0
"""Seconds a step goes on without anybody waiting: between two runs of a page nobody does."""
FORGIVEN = 10.0
"""Seconds after which what went wrong on our side is tried again; what is wrong with the question stays so."""
AT_ONCE = 4
"""Steps at work at the same time; others wait their turn."""
STOPPED = "slow_stopped"


@dataclass
class Work:
    """One step for all who ask the same: `waiting` are the visits it is done for."""

    key: Key
    what: str
    step: Step = field(default_factory=Step)
    begun: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    left: float = field(default_factory=time.monotonic)
    done: threading.Event = field(default_factory=threading.Event)
    value: Any = None
    error: Exception | None = None
    trace: TracebackType | None = None
    waiting: set[str] = field(default_factory=set)

    @property
    def is_good(self) -> bool:
        """Whether asking again must give the same: done, or wrong with the question itself; or still at work and wanted."""
        if not self.done.is_set():
            return not self.step.is_stopped
        if isinstance(self.error, Stopped):
            return False
        return self.error is None or isinstance(self.error, KpiError) or time.monotonic() - self.ended < FORGIVEN


_KNOWN: OrderedDict[Key, Work] = OrderedDict()
_LOCK = threading.Lock()
_POOL = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="slow")
_watch: threading.Thread | None = None


def step(key: Key, what: str, make: Callable[[], Made], keep: int = 100) -> Made:
    """What `make` returns, made once for a key and remembered: the latest `keep` of keys with the same first part.

    `what` says what is being done, as the reader sees it ("Comparing every pair of numbers"). Answers are shared: never change one.
    What `make` raises is raised here, for everybody who waits. Ends the run of the page (or of the fragment) while the step is at work.
    """
    work = _begun(key, what, make, keep)
    if work is None or not _soon(work) or isinstance(work.error, Stopped):
        _ended(key, None if work is None or work.done.is_set() else work, what)
    _leave(work)
    if work.error is not None:
        raise work.error.with_traceback(work.trace)  # it is raised for each visitor, and must not grow with them
    _forget_stopped(key)
    return cast(Made, work.value)


def ahead(key: Key, what: str, make: Callable[[], Any], keep: int = 100) -> None:
    """Begin a step that this run will ask for further down, while it waits for another."""
    _begun(key, what, make, keep)


def is_done(key: Key) -> bool:
    """Whether a step would be answered at once."""
    with _LOCK:
        work = _KNOWN.get(key)
        return work is not None and work.done.is_set() and work.is_good


def _soon(work: Work) -> bool:
    """Whether a step is done while the page waits for it. Above it stands what is being done; what was shown before fades meanwhile."""
    if work.done.wait(min(SILENT, MOMENT)):
        return True
    end = time.monotonic() + MOMENT - SILENT
    if time.monotonic() >= end:
        return False
    place, own = st.empty(), f"slow_soon_{hash(work.key)}"  # a page may have several steps
    with place.container(width=640, key=own):
        st.markdown(f"**{plain(work.what)}**")
        bar = st.progress(0.0)
        st.button("Stop", icon=":material/stop_circle:", on_click=_stop, args=(work.key,), key=f"{own}_stop")
        while not work.done.wait(TICK) and time.monotonic() < end:
            bar.progress(*_far(work))  # here a click ends the run, too
    place.empty()
    return work.done.is_set()


def _far(work: Work) -> tuple[float, str]:
    """How far a step is, and the words beside it."""
    seconds = int(time.monotonic() - work.begun)
    detail = f"{plain(work.step.said)} …" if work.step.said else "At work …" if seconds else "Waiting for its turn …"
    return min(max(work.step.share or 0.0, 0.0), 1.0), f"{detail} {seconds} s so far" if seconds > 1 else detail


def _ended(key: Key, work: Work | None, what: str) -> NoReturn:
    """The page ends with the work it waits for, or with what was stopped."""
    with st.container(width=640, key="slow_step"):
        if work is None:
            _stopped(key, what)
        else:
            _waiting(key)
    recorded.unfinished(what)
    st.stop()


def begin() -> None:
    """A page begins to run: what this visit waited for before, it must ask for again. The frame calls it."""
    visit = _visit()
    with _LOCK:
        for work in _KNOWN.values():
            _gone(work, visit)


def _begun(key: Key, what: str, make: Callable[[], Any], keep: int) -> Work | None:
    """The work for a key, begun where it is not yet, with this visit among those who wait; None where the visitor has stopped it."""
    global _watch  # noqa: PLW0603  one for all works
    with _LOCK:
        work = _KNOWN.get(key)
        if work is not None and not work.is_good:
            del _KNOWN[key]
            work = None
        if (work is None or not work.done.is_set()) and st.session_state.get(STOPPED) == key:
            return None
        if work is None:
            work = _KNOWN[key] = Work(key, what)
            _POOL.submit(_run, work, make)
            same = [one for one, other in _KNOWN.items() if one[0] == key[0] and other.done.is_set()]
            for old in same[: max(0, len(same) + 1 - keep)]:
                del _KNOWN[old]
        _KNOWN.move_to_end(key)
        if not work.done.is_set():
            work.waiting.add(_visit())
            if _watch is None or not _watch.is_alive():
                _watch = threading.Thread(target=_watching, daemon=True, name="slow-watch")
                _watch.start()
        return work


def _run(work: Work, make: Callable[[], Any]) -> None:
    work.begun = time.monotonic()
    try:
        with within(work.step):
            work.step.check()
            work.value = make()
    except Exception as error:
        work.error, work.trace = error, error.__traceback__
    work.ended = time.monotonic()
    work.done.set()


def _watching() -> None:
    """Stops what nobody waits for; ends when nothing is at work."""
    while True:
        time.sleep(LOOK)
        with _LOCK:
            running = [work for work in _KNOWN.values() if not work.done.is_set()]
            if not running:
                return
            for work in running:
                for visit in [visit for visit in work.waiting if not _is_there(visit)]:
                    _gone(work, visit)
                if not work.waiting and not work.step.is_stopped and time.monotonic() - work.left > GRACE:
                    work.step.stop()


def _visit() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _is_there(visit: str) -> bool:
    """Whether a visit's browser is still connected."""
    return not runtime.exists() or runtime.get_instance().is_active_session(visit)


def _gone(work: Work, visit: str) -> None:
    if visit in work.waiting:
        work.waiting.discard(visit)
        work.left = time.monotonic()


def _leave(work: Work) -> None:
    with _LOCK:
        _gone(work, _visit())


def _forget_stopped(key: Key) -> None:
    if st.session_state.get(STOPPED) == key:
        del st.session_state[STOPPED]


@st.fragment(run_every=LOOK)
def _waiting(key: Key) -> None:
    """What is being done, twice a second, and the way out of it."""
    with _LOCK:
        work = _KNOWN.get(key)
    if work is None or work.done.is_set() or st.session_state.get(STOPPED) == key:
        st.rerun()
    st.markdown(f"**{plain(work.what)}**")
    st.progress(*_far(work))
    st.caption("Once for these data and this question: whoever asks it again has the answer at once.")
    st.button("Stop", icon=":material/stop_circle:", on_click=_stop, args=(key,), key="slow_stop")


def _stop(key: Key) -> None:
    """This visitor does not want it any more. It ends, unless others wait for it."""
    st.session_state[STOPPED] = key
    with _LOCK:
        work = _KNOWN.get(key)
        if work is None:
            return
        _gone(work, _visit())
        if not work.waiting:
            work.step.stop()


def _stopped(key: Key, what: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Stopped: {plain(what[:1].lower() + what[1:])}.** Nothing was changed.")
        st.button("Go on", icon=":material/refresh:", on_click=_forget_stopped, args=(key,), key="slow_go_on")
