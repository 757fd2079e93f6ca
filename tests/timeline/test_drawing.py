"""The drawing of a ticket: time runs from left to right, labels leave each other room, and what is drawn is what is counted."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import examples, timeline
from kpi.charts import timeline as drawing

pytestmark = pytest.mark.slow

EXAMPLES = [(metric, clock) for metric in examples.TICKET for clock in ("calendar", "business")]


@cache
def told(metric: str, clock: str = "calendar") -> timeline.Counted:
    return timeline.counted(examples.world(), examples.TICKET[metric], metric, examples.scope(clock))


@cache
def drawn_frames(metric: str, clock: str = "calendar") -> dict[str, pd.DataFrame]:
    return drawing.frames(told(metric, clock))


def label_width(text: str) -> float:
    """Generous: the widest digits and letters of a 12 px sans-serif are some 7 px, spaces and colons 3."""
    return sum(3.2 if letter in " :" else 6.4 for letter in text)


@pytest.mark.parametrize(("metric", "clock"), EXAMPLES)
def test_time_runs_from_left_to_right_and_nothing_leaves_the_picture(metric, clock) -> None:
    found = told(metric, clock)
    frames = drawn_frames(metric, clock)
    events = found.events.sort_values("at", kind="stable")
    places = dict(zip(frames["marks"]["when"], frames["marks"]["x"], strict=True))
    in_order = [places[f"{at:%a} {at.day} {at:%b %Y, %H:%M}"] for at in events["local"] if f"{at:%a} {at.day} {at:%b %Y, %H:%M}" in places]
    assert in_order == sorted(in_order)
    for frame in frames.values():
        for column in {"x", "x0", "x1"} & set(frame.columns):
            assert frame[column].between(0, 1).all()
    segments = frames["segments"]
    assert (segments["x1"] > segments["x0"]).all() and np.allclose(segments["x0"].iloc[1:], segments["x1"].iloc[:-1])


@pytest.mark.parametrize("width", [320, 600, 900, 1400])
@pytest.mark.parametrize(("metric", "clock"), EXAMPLES)
def test_time_labels_leave_each_other_room(metric, clock, width) -> None:
    ticks = drawn_frames(metric, clock)["ticks"]
    shown = ticks[ticks["from"] <= width].sort_values("x")
    taken = []
    for row in shown.to_dict("records"):
        size = max(label_width(row["day"]), label_width(row["time"]))
        left = row["x"] * width - {"left": 0, "center": size / 2, "right": size}[row["side"]]
        taken.append((left, left + size))
    assert taken and all(end <= start for (_, end), (start, _) in pairwise(taken)), taken
    assert taken[0][0] >= -1 and taken[-1][1] <= width + 1, "and stay inside"


@pytest.mark.parametrize(("metric", "clock"), EXAMPLES)
def test_what_is_drawn_as_counted_is_what_counts(metric, clock) -> None:
    found = told(metric, clock)
    drawn = drawn_frames(metric, clock)["counted"]
    if found.pieces.empty:
        assert drawn.empty
        return
    assert drawn["is_counted"].sum() == found.pieces["is_counted"].sum()
    said = [kpi.units.say(s, "s", days=found.clock != "business") for s in found.pieces["seconds"]]
    assert list(drawn["lasts"]) == said and (drawn["x1"] >= drawn["x0"]).all()
    heads = " ".join(drawn_frames(metric, clock)["heads"]["text"])
    assert kpi.units.say(found.spans["counted_seconds"].sum(), "s", days=found.clock != "business") in heads


def fields(spec: Any) -> list[tuple[str, str]]:
    """(dataset, field) for everything a layer asks of its data."""
    asked = []
    for layer in spec["layer"]:
        made = {step.get("as") for step in layer.get("transform", [])}
        text = json.dumps(layer)
        wanted = set(re.findall(r'"field": "(\w+)"', text)) | set(re.findall(r"datum\.(\w+)", text))
        asked += [(layer["data"]["name"], field) for field in wanted - made]
    return asked


@pytest.mark.parametrize("timed", [True, False])
def test_the_spec_holds_no_data_and_asks_for_columns_that_are_there(timed) -> None:
    frames = drawing.frames(told("first_reply_time"))
    marks = drawing.marks_of(list(frames["marks"]["mark"]))
    spec = drawing.spec(marks, timed)
    assert drawing.spec(marks, timed) is spec, "made once and kept"
    assert "values" not in json.dumps([layer["data"] for layer in spec["layer"]])
    assert {(name, field) for name, field in fields(spec) if field not in frames[name].columns} == set()
    assert spec["layer"] and (any(layer["data"]["name"] == "counted" for layer in spec["layer"]) is timed)


def test_marks_differ_by_shape_and_colour_says_nothing_bad() -> None:
    shapes = [shape for name, shape in drawing.SHAPES.items() if name.isprintable() and name.strip("\u200b")]
    assert len(set(shapes)) == len(shapes)
    assert drawing.COLOURS[4].strip("\u200b") == "", "the fifth colour of the theme means bad"


def test_an_even_axis_where_nothing_is_crushed_and_a_shortened_one_where_something_would_be() -> None:
    minutes = pd.to_datetime(["2026-03-02 09:00", "2026-03-02 09:10", "2026-03-02 09:30"]).to_pydatetime()
    axis = drawing.Axis(minutes)
    assert axis.is_even and [axis(m) for m in minutes] == pytest.approx([0, 1 / 3, 1])
    months = pd.to_datetime(["2026-03-02 09:00", "2026-03-02 09:10", "2026-06-02 09:00"]).to_pydatetime()
    axis = drawing.Axis(months)
    assert not axis.is_even and 0.03 <= axis(months[1]) < 0.5, "ten minutes before three months can still be seen"
    alone = drawing.Axis(minutes[:1])
    assert alone.is_even and alone(minutes[0]) == 0


def test_a_ticket_of_nothing_but_its_creation_is_drawn(worked) -> None:
    lonely = kpi.engine.from_frames({"tickets": pd.DataFrame({"ticket_id": ["1"], "created_at": pd.to_datetime(["2026-03-02 09:00"])})})
    frames = drawing.frames(timeline.counted(lonely, "1", "tickets_created", kpi.Scope()))
    assert len(frames["segments"]) <= 1 and frames["marks"].empty and len(frames["ticks"]) == 1
    assert "No messages" in " ".join(frames["heads"]["text"])
    dateless = kpi.engine.from_frames({"tickets": pd.DataFrame({"ticket_id": ["1"], "status": ["open"]})})
    assert drawing.frames(timeline.counted(dateless, "1", "tickets_created", kpi.Scope()))["segments"].empty


@pytest.mark.slow
def test_any_ticket_of_the_sample_can_be_drawn(sampled, sample_folder) -> None:
    scope = kpi.Scope(zone="Asia/Tokyo", clock="business", calendar=kpi.read_calendar(sample_folder / "calendar.toml"))
    tickets = sampled.query(
        "SELECT ticket_id FROM tickets ORDER BY full_resolution_seconds DESC NULLS LAST", sampled.stand(None, scope.calendar)
    )
    for ticket in [*tickets["ticket_id"].head(15), *tickets["ticket_id"].tail(15)]:
        story = timeline.read(sampled, ticket, scope)
        for metric in ("first_reply_time", "full_resolution_time", "sla_attainment", "backlog"):
            frames = drawing.frames(timeline.counted(sampled, ticket, metric, scope, story))
            assert len(frames["ticks"]) and all(len(frame) <= 400 for frame in frames.values())
