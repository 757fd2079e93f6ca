"""The Targets page over all kinds of data: what is said comes from a judgement, and nothing that people write harms anybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from kpi import Scope, store
from kpi.calibration import read as read_calls
from kpi.targets import read
from pages.parts import mine as mines
from pages.parts import target_judged, target_lines

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
GOOD = """
[[target]]
name = "Faster resolution"
metric = "full_resolution_time"
statistic = "mean"
change = "decrease by at least 5 %"
start = 2026-03-02
deadline = "10 months"
owner = "Ana"
note = "From the yearly plan."

[[target]]
name = "Reply at once"
metric = "first_reply_time"
to = "10s"
start = 2026-03-02
deadline = 2026-12-31
"""
HARM = "![x](https://evil.example/p.png) <script>alert(1)</script> **bold** $x^2$ :red[x]"


def stands(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *(error.value for error in app.error)]
    return app


def raw(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "warning", "info")
    found = [str(element.value) for kind in kinds for element in app.get(kind)]
    return "\n".join([*found, *(proto.label for proto in (element.proto for element in app.get("page_link")))])


def texts(app: AppTest) -> str:
    return raw(app).replace("\\", "").replace("\u00a0", " ")


@pytest.fixture
def keep(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """`keep(text)`: the key of the sample company with these targets."""
    monkeypatch.setenv("KPI_HOME", kept["home"])

    def kept_text(text: str) -> str:
        store.change(kept["sample"], "targets.toml", lambda _: text)
        return kept["sample"]

    yield kept_text
    for name in ("targets.toml", "calls.csv"):
        store.change(kept["sample"], name, lambda _: "")


@pytest.mark.parametrize("name", ["sample", "tiny", "dirty", "lacking"])
@pytest.mark.parametrize("view", ["", "record"])
def test_it_stands_on_all_kinds_of_data(app: Open, kept: dict[str, str], name: str, view: str) -> None:
    shown = stands(app(kept[name], "targets.py", **({"view": view} if view else {})))
    assert shown.title[0].value == "Will we reach our targets?"
    said = texts(shown)
    assert "nan" not in said and ("No target yet" in said or view == "record")
    if view == "record":
        assert "Not the record" in said and "Nothing has been claimed yet" in said


def test_without_data_it_shows_the_way_in(app: Open) -> None:
    assert "Bring the export" in texts(stands(app(None, "targets.py")))


def test_the_finding_is_the_judgements_own(app: Open, keep: Callable[[str], str]) -> None:
    shown = stands(app(keep(GOOD), "targets.py"))
    said = texts(shown)
    assert "1 of 2 targets is behind or missed: Reply at once." in said
    state = shown.session_state
    told = target_judged.of(state["mine"], read(GOOD).targets[1], state["asked"], 2)
    assert told.status == "behind" and f"goal 10 s by 31 Dec 2026. Hitting it: unlikely, {told.outlook.said}" in said
    assert "full_resolution" not in said and "first_reply" not in said


def test_one_opened(app: Open, keep: Callable[[str], str]) -> None:
    shown = stands(app(keep(GOOD), "targets.py", target="faster resolution"))
    said = texts(shown)
    assert shown.subheader[0].value == "Faster resolution" and "Owner: Ana · From the yearly plan." in said
    told = target_judged.of(shown.session_state["mine"], read(GOOD).targets[0], shown.session_state["asked"], 2)
    for sentence in (told.finding.partition(": ")[2].partition(". ")[2], *told.sentences):
        if not sentence.startswith(("From here", "Nothing watched", "Look at")):
            assert sentence.replace("\u00a0", " ") in said, sentence
    assert "What must not get worse meanwhile" in said and "All targets" in said
    assert "of 2 targets" in texts(stands(app(keep(GOOD), "targets.py", target="no such target"))), "what is not there shows all"


def test_bad_targets_are_named_and_the_rest_counts(app: Open, keep: Callable[[str], str]) -> None:
    shown = stands(app(keep(GOOD + '[[target]]\nname = "Odd"\nmetric = "cast"\n'), "targets.py"))
    assert "targets.toml, target 3 ('Odd'): metric: There is no metric 'cast'." in texts(shown) and "of 2 targets" in texts(shown)


def test_a_file_that_is_none_is_said_and_kept(app: Open, keep: Callable[[str], str]) -> None:
    key = keep("not toml at all")
    shown = app(key, "targets.py")
    assert not shown.exception and "is not TOML" in f"{shown.error[0].proto}" and store.text(key, "targets.toml") == "not toml at all"


def test_what_people_write_harms_nobody(app: Open, keep: Callable[[str], str]) -> None:
    text = GOOD.replace('"Faster resolution"', f'"{HARM}"').replace('"Ana"', f'"{HARM}"').replace("From the yearly plan.", HARM)
    text += f'[[target]]\nname = "{HARM}"\nmetric = "{HARM}"\n'
    for query in ({}, {"target": HARM.casefold()}, {"view": "record"}):
        shown = stands(app(keep(text), "targets.py", **query))
        found = raw(shown).replace(f"\\{'<'}", "").replace("\\!", "")
        assert "![x]" not in found and "<script>" not in found and "](https" not in found and "**bold**" not in found


def dialog(key: str, name: str, title: str = "") -> AppTest:
    """What a dialog holds, drawn as a page: the test's own runs are runs of the whole page, which close a dialog."""

    def page(key: str, name: str, title: str) -> None:
        from kpi import Scope, store
        from pages.parts import target_form, target_judged
        from pages.parts.mine import Mine

        mine = Mine(key, store.names(key), store.open_dataset(key))
        old = next((target for target in target_judged.kept(mine).targets if target.name == title), None)
        if name == "form":
            target_form.form(mine, Scope(), old)
        elif old:
            target_form.sure(mine, old)

    return AppTest.from_function(page, kwargs={"key": key, "name": name, "title": title}, default_timeout=60)


def test_buttons_open_dialogs(app: Open, keep: Callable[[str], str]) -> None:
    shown = stands(app(keep(GOOD), "targets.py"))
    assert stands(shown.button(key="target_add").click().run()).text_input(key="target_aim_change")
    shown = stands(app(keep(GOOD), "targets.py", target="faster resolution"))
    assert stands(shown.button(key="target_edit").click().run()).text_input(key="target_name").value == "Faster resolution"
    shown = stands(app(keep(GOOD), "targets.py", target="faster resolution"))
    assert stands(shown.button(key="target_delete").click().run()).button(key="target_deleted")


def test_the_form_speaks_peoples_words(keep: Callable[[str], str]) -> None:
    key = keep("")
    shown = stands(dialog(key, "form").run())
    shown.selectbox(key="target_statistic").set_value("mean").run()
    shown.text_input(key="target_aim_change").set_value("5 %").run()
    shown.date_input(key="target_start").set_value(dt.date(2026, 3, 2)).run()
    shown.button(key="target_kept").click().run()
    assert "does not say which way" in f"{shown.error[0].proto}" and not store.text(key, "targets.toml")
    shown.text_input(key="target_aim_change").set_value("decrease by at least 5 %").run()
    stands(shown.button(key="target_kept").click().run())
    (target,) = read(store.text(key, "targets.toml")).targets
    assert (target.metric, target.statistic, target.deadline, target.change.amount) == ("full_resolution_time", "mean", "10 months", -5)
    assert shown.query_params["target"] == target.key


def test_a_share_with_steps_and_rows_in_the_form(keep: Callable[[str], str]) -> None:
    key = keep("")
    shown = stands(dialog(key, "form").run())
    shown.selectbox(key="target_metric").set_value("csat").run()
    shown.radio(key="target_kind").set_value("to").run()
    shown.text_input(key="target_aim_to").set_value("90").run()
    shown.text_input(key="target_from").set_value("84 %").run()
    shown.selectbox(key="target_column").set_value("channel").run()
    shown.multiselect(key="target_values_channel").set_value(["email"]).run()
    shown.text_area(key="target_steps").set_value("2026-12-31 = 85 %\n\n2027-03-31 = 88 %").run()
    shown.date_input(key="target_start").set_value(dt.date(2026, 9, 1)).run()
    stands(shown.button(key="target_kept").click().run())
    (target,) = read(store.text(key, "targets.toml")).targets
    assert (target.metric, target.begin, target.goal, target.where) == ("csat", 84, 90, (("channel", ("email",)),))
    assert target.steps == ((dt.date(2026, 12, 31), 85), (dt.date(2027, 3, 31), 88)) and target.statistic is None


def test_changing_keeps_what_the_form_does_not_show(keep: Callable[[str], str]) -> None:
    said = GOOD.replace('owner = "Ana"', 'weeks = 6\nwhere = { channel = "email", priority = "high" }\nbaseline = "26 weeks"')
    key = keep(said)
    shown = stands(dialog(key, "form", "Faster resolution").run())
    shown.text_input(key="target_name").set_value("Sooner").run()
    stands(shown.button(key="target_kept").click().run())
    first, second = read(store.text(key, "targets.toml")).targets
    before = read(said).targets
    assert first.name == "Sooner" and second == before[1]
    assert (first.weeks, first.where, first.baseline, first.change) == (6, before[0].where, "26 weeks", before[0].change)


def test_deleting_asks_first(keep: Callable[[str], str]) -> None:
    key = keep(GOOD)
    shown = stands(dialog(key, "sure", "Faster resolution").run())
    assert len(read(store.text(key, "targets.toml")).targets) == 2
    stands(shown.button(key="target_deleted").click().run())
    assert [target.name for target in read(store.text(key, "targets.toml")).targets] == ["Reply at once"]


def test_the_example_is_made_of_these_data(app: Open, keep: Callable[[str], str]) -> None:
    key = keep("")
    shown = stands(app(key, "targets.py"))
    assert "An example, made from these data" in texts(shown)
    stands(shown.button(key="keep_example").click().run())
    (target,) = read(store.text(key, "targets.toml")).targets
    assert target.metric == "full_resolution_time" and target.key == shown.query_params["target"]


def test_claims_are_noted_once(app: Open, keep: Callable[[str], str]) -> None:
    key = keep(GOOD)
    for _ in range(2):
        stands(app(key, "targets.py"))
    found = read_calls(store.text(key, "calls.csv"))
    assert not found.problems and len(found.calls) == len({call.key for call in found.calls}) == 6
    assert {call.kind for call in found.calls} == {"chance", "interval"}
    record = texts(stands(app(key, "targets.py", view="record")))
    assert "Nothing that was claimed has come due yet." in record and "6 wait for data" in record


def test_claims_that_came_due_are_scored(app: Open, keep: Callable[[str], str]) -> None:
    key = keep("")
    header = "made,knew_to,dataset,kind,metric,scope,due_from,due_to,low,high,goal,better,chance\n"
    line = "2026-01-05,2026-01-04,old,{},csat,clock=calendar&zone=UTC,2026-02-{:02},2026-03-01,{},{},{},{},{}\n"
    text = (
        header
        + line.format("interval", 2, 0, 100, "", "", 0.8)
        + line.format("change", 2, "", "", 99, "higher", "")
        + line.format("chance", 2, "", "", 1, "higher", 0.9)
    )
    store.change(key, "calls.csv", lambda _: text + "rubbish\n")
    said = texts(stands(app(key, "targets.py", view="record")))
    assert "Forecast intervals held: 1 of 1, too few" in said and "Changes called real were still there: 0 of 1, too few" in said
    assert "calls.csv, line 5" in said


def test_lines_and_chips_for_other_pages(app: Open, keep: Callable[[str], str]) -> None:
    shown = stands(app(keep(GOOD), "targets.py"))
    mine = shown.session_state["mine"]
    weeks = [dt.date(2026, 2, 23), dt.date(2026, 3, 2), dt.date(2026, 3, 9), dt.date(2027, 3, 1)]
    mean = Scope("week", statistic="mean", calendar=mine.calendar)
    line = target_lines.path(mine, "full_resolution_time", mean, weeks)
    assert list(line.columns) == ["period", "value", "said"] and list(line["period"]) == ["2026-03-02", "2026-03-09"]
    told = target_judged.of(mine, read(GOOD).targets[0], mean, 2)
    # evenly in per cent over 306 days, at the Thursdays
    assert line["value"].tolist() == pytest.approx([told.begin * 0.95 ** (3 / 306), told.begin * 0.95 ** (10 / 306)])
    assert "Faster resolution" in line["said"].iloc[0]
    for other in (mean.but(statistic=None), mean.but(where=(("channel", ("email",)),)), mean.but(clock="business"), mean.but(by="all")):
        assert target_lines.path(mine, "full_resolution_time", other, weeks).empty
    assert not target_lines.path(mine, "full_resolution_time", mean.but(by="month"), [dt.date(2026, 4, 1)]).empty
    assert target_lines.path(mine, "first_reply_time", mean, weeks).empty, "that target is about the median"
    assert target_lines.chip(mine, "first_reply_time", Scope(start=dt.date(2026, 5, 1), calendar=mine.calendar)) == (
        "target: behind",
        "red",
    )
    assert target_lines.chip(mine, "nps", Scope()) is None
    keep("not toml")
    assert (
        target_lines.chip(mine, "first_reply_time", Scope()) is None
        and target_lines.path(mine, "first_reply_time", Scope("week"), weeks).empty
    )


def test_strangers_do_not_read_each_others_words(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample company is one for everybody: what one visitor says of it stays in the visit."""
    monkeypatch.setenv("KPI_HOME", kept["home"])
    from pages.parts import texts

    class Somebody:
        key, is_sample, may_edit, shared = mines.SAMPLE, True, True, None

    monkeypatch.setattr(texts.st, "session_state", {})
    texts.change(Somebody(), "targets.toml", lambda text: text + GOOD)
    assert texts.text(Somebody(), "targets.toml") == GOOD and not store.text(mines.SAMPLE, "targets.toml")
    monkeypatch.setattr(texts.st, "session_state", {})
    assert texts.text(Somebody(), "targets.toml") == ""
