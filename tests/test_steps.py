"""Steps: what is told outside of one is lost; a stop ends a loop where it tells, and a question to the database at once, in whatever thread."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import kpi
from kpi import engine, steps
from kpi.steps import Step, Stopped

ENDLESS = "SELECT sum(a.range * b.range) AS x FROM range(100000000) a, range(100000000) b"
"""Years of work for any engine."""


@pytest.fixture
def data() -> engine.Dataset:
    return engine.from_frames(
        {"tickets": pd.DataFrame({"ticket_id": ["1"], "created_at": [pd.Timestamp("2026-03-02")], "status": ["open"]})}
    )


def test_nothing_happens_outside_of_a_step() -> None:
    steps.tell("nobody listens", 0.5)
    steps.check()
    assert steps.current() is None


def test_what_is_told_is_known_and_a_stop_ends_the_loop() -> None:
    step, told = Step(), []
    with steps.within(step), pytest.raises(Stopped):
        for round_ in range(10):
            steps.tell(f"round {round_}", round_ / 10)
            told.append((step.said, step.share))
            if round_ == 3:
                step.stop()
    assert told == [("round 0", 0.0), ("round 1", 0.1), ("round 2", 0.2), ("round 3", 0.3)]
    assert steps.current() is None


@pytest.mark.parametrize("sql", [ENDLESS, f"SELECT 1 AS one WHERE (SELECT x FROM ({ENDLESS})) > 0"])
def test_a_question_to_the_database_ends_at_once(data: engine.Dataset, sql: str) -> None:
    step = Step()
    threading.Timer(0.2, step.stop).start()
    with steps.within(step), pytest.raises(Stopped):
        data.query(sql, data.canonical)
    assert data.query("SELECT 1 AS one", data.canonical)["one"].tolist() == [1], "others ask on the same data as before"


def test_one_stopped_before_it_begins_never_begins(data: engine.Dataset) -> None:
    step = Step()
    step.stop()
    with steps.within(step), pytest.raises(Stopped):
        data.query(ENDLESS, data.canonical)


def test_another_step_on_the_same_data_goes_on(data: engine.Dataset) -> None:
    """Only the cursor at work is interrupted."""
    stopped, other = Step(), Step()

    def ask(step: Step, sql: str) -> int:
        with steps.within(step):
            return int(data.query(sql, data.canonical)["x"].iloc[0])

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(ask, stopped, ENDLESS)
        two = pool.submit(ask, other, "SELECT count(*) AS x FROM range(3000) a, range(3000) b WHERE (a.range * b.range) % 7 = 0")
        stopped.stop()
        with pytest.raises(Stopped):
            one.result()
        r = range(3000)
        by_rest = [sum(n % 7 == k for n in r) for k in range(7)]
        assert two.result() == 3000 * 3000 - sum(by_rest[1:]) ** 2


def test_an_error_is_told_as_it_is_where_nobody_stopped_it(data: engine.Dataset) -> None:
    with steps.within(Step()), pytest.raises(Exception, match="no_such"):
        data.query("SELECT no_such FROM tickets", data.canonical)


def test_measuring_stops_though_its_questions_run_in_other_threads(data: engine.Dataset) -> None:
    step = Step()
    data.stand(None, None)
    with steps.within(step):
        assert kpi.measure(["tickets_created"], kpi.Scope(), data).records()[0]["value"] == 1
        step.stop()
        time.sleep(0)
        with pytest.raises(Stopped):
            kpi.measure(["tickets_created"], kpi.Scope(), data)
