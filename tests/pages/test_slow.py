"""Slow steps: quick ones show nothing; the others say what is done, are made once for all, can be stopped and gone on with, and end with their visitors."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kpi import steps
from kpi.errors import BadValue
from pages.parts import slow

SCRIPT = """
import streamlit as st
from pages.parts import slow
from pages.parts.words import errors_in_words
slow.begin()
with errors_in_words():
    st.title("A page")
    name = st.session_state.get("name", "one")
    found = [slow.step(("test", one), f"Counting {one}", st.session_state["jobs"][one], keep=2) for one in name.split()]
    st.markdown(f"It is {' and '.join(map(str, found))}.")
"""


class Job:
    """A job that counts its runs, and works until it is let go or stopped."""

    def __init__(self, value: Any = 42) -> None:
        self.value, self.runs, self.stops = value, 0, 0
        self.go = threading.Event()
        self.ended = threading.Event()

    def __call__(self) -> Any:
        self.runs += 1
        self.ended.clear()
        steps.tell("Row by row", 0.25)
        try:
            while not self.go.wait(0.005):
                steps.check()
        except steps.Stopped:
            self.stops += 1
            raise
        finally:
            self.ended.set()
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


JOBS: dict[str, Job] = {}
"""Name -> the job the page does under that name."""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No work of another test; short waits."""
    for name, seconds in (("MOMENT", 0.05), ("LOOK", 0.02), ("GRACE", 0.1), ("FORGIVEN", 60.0)):
        monkeypatch.setattr(slow, name, seconds)
    monkeypatch.setattr(slow, "_KNOWN", type(slow._KNOWN)())
    JOBS.clear()
    yield
    for job in JOBS.values():
        job.go.set()


def page() -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=20)
    app.session_state["jobs"] = JOBS
    return app


def opened() -> AppTest:
    return page().run()


def words(app: AppTest) -> str:
    return " ".join([one.value for one in app.markdown])


def done(job: Job) -> None:
    """Let a job end, and wait until it is noted."""
    job.go.set()
    for work in list(slow._KNOWN.values()):
        assert work.done.wait(10)


def test_a_quick_step_shows_nothing_but_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "MOMENT", 20.0)
    job = JOBS["one"] = Job()
    job.go.set()
    app = opened()
    assert words(app) == "It is 42." and not app.button
    assert words(app.run()) == "It is 42." and job.runs == 1, "made once"


def test_a_slow_one_says_what_is_done_and_the_page_ends_there() -> None:
    job = JOBS["one"] = Job()
    app = opened()
    assert "Counting one" in words(app) and "It is" not in words(app)
    (bar,) = app.get("progress")
    assert bar.proto.value == 25 and bar.proto.text.startswith("Row by row …")
    done(job)
    assert words(app.run()) == "It is 42."


def test_one_that_is_nearly_done_is_waited_for_in_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "SILENT", 0.05)
    monkeypatch.setattr(slow, "MOMENT", 20.0)
    job, other = JOBS["one"], JOBS["two"] = Job(), Job(7)
    threading.Timer(0.5, job.go.set).start()
    threading.Timer(1.0, other.go.set).start()
    app = page()
    app.session_state["name"] = "one two"
    app.run()
    assert words(app) == "It is 42 and 7." and not app.button and not app.get("progress"), "and what stood there meanwhile is gone"
    assert job.runs == other.runs == 1


def test_two_visitors_wait_for_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    current = ["a"]
    monkeypatch.setattr(slow, "_visit", lambda: current[0])
    job = JOBS["one"] = Job()
    first = opened()
    current[0] = "b"
    second = opened()
    assert job.runs == 1 and slow._KNOWN["test", "one"].waiting == {"a", "b"}
    second.button(key="slow_stop").click().run()
    assert "Stopped: counting one" in words(second), "this one does not want it any more"
    assert not slow._KNOWN["test", "one"].step.is_stopped, "the other one still does"
    done(job)
    current[0] = "a"
    assert words(first.run()) == "It is 42."
    current[0] = "b"
    assert words(second.run()) == "It is 42.", "what is there is shown"
    assert job.runs == 1


def test_stop_ends_the_work_for_real_and_go_on_begins_it_anew() -> None:
    job = JOBS["one"] = Job()
    app = opened()
    app.button(key="slow_stop").click().run()
    assert "**Stopped: counting one.** Nothing was changed." in words(app)
    assert job.ended.wait(10) and job.stops == 1
    assert "Stopped" in words(app.run()), "it does not begin again by itself"
    assert job.runs == 1
    job.go.set()
    app.button(key="slow_go_on").click().run()
    assert job.ended.wait(10)
    assert words(app.run()) == "It is 42." and job.runs == 2


def test_the_work_ends_when_its_visitor_asks_for_something_else() -> None:
    job, other = JOBS["one"], JOBS["two"] = Job(), Job()
    app = opened()
    app.session_state["name"] = "two"
    app.run()
    assert job.ended.wait(10) and job.stops == 1, "nobody waits for it"
    assert not other.ended.is_set() and other.stops == 0, "this one is waited for"
    app.session_state["name"] = "one"
    job.go.set()
    app.run()
    assert job.ended.wait(10)
    assert words(app.run()) == "It is 42.", "and asked for again, it is made anew"


def test_it_ends_when_the_browser_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [True]
    monkeypatch.setattr(slow, "_is_there", lambda _visit: there[0])
    job = JOBS["one"] = Job()
    opened()
    time.sleep(3 * slow.GRACE)
    assert not job.ended.is_set(), "as long as somebody is there it goes on, however long it takes"
    there[0] = False
    assert job.ended.wait(10) and job.stops == 1


@pytest.mark.parametrize("error", [BadValue("No such number.", "Try another."), ValueError("broken")])
def test_errors_become_words_for_everybody_and_only_ours_are_tried_again(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    job = JOBS["one"] = Job(error)
    app = opened()
    done(job)
    (said,) = app.run().error
    assert said.proto.title == ("No such number." if isinstance(error, BadValue) else "Something went wrong on our side")
    assert not app.exception and job.runs == 1
    work = slow._KNOWN["test", "one"]
    depth = _depth(work.error)
    app.run()
    app.run()
    assert _depth(work.error) == depth, "raised again and again it does not grow"
    monkeypatch.setattr(slow, "FORGIVEN", 0.0)
    app.run()
    assert job.runs == (1 if isinstance(error, BadValue) else 2)


def _depth(error: Exception | None) -> int:
    trace, steps_down = error.__traceback__ if error else None, 0
    while trace:
        trace, steps_down = trace.tb_next, steps_down + 1
    return steps_down


def test_only_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "MOMENT", 20.0)
    app = page()
    for name in ("a", "b", "c", "d"):
        JOBS[name] = Job(name)
        JOBS[name].go.set()
        app.session_state["name"] = name
        assert words(app.run()) == f"It is {name}."
    assert [key[1] for key in slow._KNOWN] == ["c", "d"]
    app.session_state["name"] = "a"
    app.run()
    assert JOBS["a"].runs == 2
