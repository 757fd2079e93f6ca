"""What is told of a number adds up: laws over the whole catalogue, and one number of each form taken apart by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import kpi
from kpi.explain import Explained, code_version, example, explain
from kpi.forms import Difference, Duration, Mean, Nps, Ratio, Share, Total
from kpi.measure.compile import form_of
from kpi.scope import Scope

pytestmark = pytest.mark.slow

CATALOGUE = kpi.metrics()
CREATED = {"params": {"cohort": "created", "clocks": "finished"}}
SCOPES = {
    "all": Scope(),
    "January": Scope(start="2024-01-01", end="2024-01-31", zone="America/New_York"),
    "by creation": Scope(**CREATED),
    "every status": Scope(params={"statuses": "all"}),
    "business p90 of a team": Scope(clock="business", statistic="p90", where={"team": "Front"}),
    "mean, E": Scope(statistic="mean", params={"first_contact_resolution": "E"}),
}
quick = [s if s in ("all", "January") else pytest.param(s, marks=pytest.mark.slow) for s in SCOPES]


@pytest.fixture(params=quick)
def scope(request: pytest.FixtureRequest, working_hours: kpi.Calendar) -> Scope:
    found = SCOPES[request.param]
    return found.but(calendar=working_hours) if found.clock == "business" else found


@pytest.fixture(params=CATALOGUE)
def told(request: pytest.FixtureRequest, scope: Scope, worked: kpi.Dataset) -> tuple[Explained, Scope]:
    return explain(request.param, scope, worked), scope


def test_it_adds_up(told: tuple[Explained, Scope], worked: kpi.Dataset) -> None:
    """The counts are those of the rows one by one, the sums are those the value is made of, and the sentence is the number's own."""
    found, scope = told
    name, form = found.metric.name, form_of(found.metric.name, scope.ask)
    assert found.sentence == kpi.measure(name, scope, worked).text
    if found.needs:
        assert not found.looks
        assert found.row["value"] is None
        return
    look = found.looks[0]
    behind, out = (kpi.rows(name, scope, worked, excluded=excluded) for excluded in (False, True))
    assert (look.counted, look.in_scope - look.counted) == (len(behind), len(out))
    assert look.in_scope == look.counted + sum(left.rows for left in look.left_out)
    by_kind = {kind: sum(left.rows for left in look.left_out if left.kind == kind) for kind in set(out["reason"])}
    if all(left.kind == "deleted, spam or merged" for left in look.left_out):
        assert by_kind == out["reason"].value_counts().to_dict()
    amounts = [part.amount for part in found.parts]
    value = found.row["value"]
    if isinstance(form, Share) and value is not None:
        assert 100 * amounts[0] / amounts[1] == value  # to the digit
    if isinstance(form, Difference):
        assert amounts[0] - amounts[1] == value
    if isinstance(form, Ratio) and value is not None:
        assert form.scale * amounts[0] / amounts[1] == value
    if isinstance(form, Share | Nps | Mean):
        assert look.counted == amounts[1] == found.row["n"]
    if isinstance(form, Duration):
        still = sum(left.rows for left in look.left_out if "counted with the age" in left.reason)
        assert look.counted + still == found.row["n"]
    if isinstance(form, Total) and form.amount is None and value is not None:
        assert look.counted == value
    assert all(part.words and part.words.strip() == part.words for part in found.parts)
    assert found.interval.endswith(".")
    assert found.interval.startswith("No ") == (found.row["low"] is None and found.row["high"] is None)


TIMELESS = {"open_spans", "solved_spans", "customers"}


@pytest.mark.parametrize("name", CATALOGUE)
def test_without_dates_every_row_of_the_table_is_looked_at(name: str, worked: kpi.Dataset) -> None:
    for look in explain(name, Scope(), worked).looks:
        if look.table not in TIMELESS:  # of these only what is alive at an instant is looked at
            (every,) = worked.query(f"SELECT count(*) AS n FROM {look.table}", worked.stand(None, None))["n"]
            assert look.in_scope == every, look.table


@pytest.mark.parametrize("name", CATALOGUE)
def test_dates_share_out_the_rows_and_leave_those_without_a_date(name: str, worked: kpi.Dataset) -> None:
    """Up to a day + after that day + without a date = all there is; undated rows are the same whichever dates are asked for."""
    keep = {"statuses": "all"}
    whole, early, late = (
        explain(name, Scope(params=keep, **dates), worked).looks for dates in ({}, {"end": "2024-01-17"}, {"start": "2024-01-18"})
    )
    for all_of_it, before, after in zip(whole, early, late, strict=True):
        if all_of_it.table not in TIMELESS:
            assert before.in_scope + after.in_scope + before.undated == all_of_it.in_scope
            assert before.undated == after.undated
            assert all_of_it.undated == 0


@pytest.mark.parametrize("name", ["first_reply_time", "resolved_within", "csat", "tickets_solved", "one_touch"])
def test_every_reason_is_a_real_one(name: str, worked: kpi.Dataset) -> None:
    """ "Does not belong" alone would leave the reader where he was."""
    assert "does not belong to this metric" not in {left.reason for left in explain(name, Scope(), worked).looks[0].left_out}


def left(found: Explained, which: int = 0) -> dict[str, int]:
    return {out.reason: out.rows for out in found.looks[which].left_out}


UNCOUNTED = {"deleted": 1, "spam": 1, "merged": 1}  # T13, T11, T12


def test_a_share_by_hand(worked: kpi.Dataset) -> None:
    """surveys.csv: 16 CSAT rows, one of spam (T11); T07 and T15 unanswered, T09 a 7 and T16 a 9 out of 5, T03 rated twice. 10 are left, and good
    are T01, T02, T03 (the newer), T14 (2 of 2), T16, T19. NPS and CES: 10 and 5 rows, one CES of spam."""
    found = explain("csat", Scope(), worked)
    assert [(p.role, p.words, p.amount) for p in found.parts] == [("numerator", "answers of 4 or 5", 6), ("denominator", "answers", 10)]
    assert left(found) == {
        "another kind of survey": 10 + 4,
        "deleted, spam or merged": 2,
        "not answered": 2,
        "score outside its scale": 2,
        "an older answer about the same ticket": 1,
    }
    assert "100 × 6 ÷ 10 = 60.0" in found.equation
    assert "Wilson" in found.interval


def test_a_score_by_hand(worked: kpi.Dataset) -> None:
    """NPS rows: 10, 9, 8, 6, 0, 9, 7 count; 11 is off its scale, one unanswered, one on 1 to 5. Three promoters less two detractors."""
    found = explain("nps", Scope(), worked)
    assert [(p.words, p.amount) for p in found.parts] == [("promoters − detractors", 1), ("answers", 7)]
    assert found.looks[0].counted == 7
    assert left(found)["score outside its scale"] == left(found)["on a scale that does not fit"] == left(found)["not answered"] == 1
    assert found.interval == "No interval below 30 answers."


def test_a_duration_by_hand(worked: kpi.Dataset) -> None:
    """Answered: T01-T05, T09, T15, T17-T19 (ten). T14 was answered before it was created. Never: T06, T07, T08, T10, T16, T20."""
    found = explain("first_reply_time", Scope(), worked)
    assert found.looks[0].counted == 10
    assert left(found) == {**UNCOUNTED, "not answered yet": 6, "would be negative: it ends before the creation": 1}
    assert dict(found.switches)["Clock"] == "all hours"
    assert "order statistics" in found.interval
    business = explain("first_reply_time", Scope(clock="business"), worked)
    assert left(business)["working hours not known"] == 10, "no calendar, and the export states none"


def test_kaplan_meier_says_that_open_tickets_count(worked: kpi.Dataset) -> None:
    """Open: T15, T16, T17, T20 of 17: more than 5 %."""
    found = explain("full_resolution_time", Scope(**CREATED), worked)
    assert found.row["n"] == 17
    assert found.looks[0].counted == 13
    assert left(found)["still open, counted with the age so far"] == 4
    assert any("the list and the file of rows behind the number do not hold them" in note for note in found.notes)
    assert "Kaplan" in found.interval


def test_a_mean_by_hand(worked: kpi.Dataset) -> None:
    """Reviews R1, R2, R3, R6 have a score, R4 no rated category, R5 is about spam."""
    found = explain("quality_score", Scope(), worked)
    assert [p.amount for p in found.parts] == [pytest.approx(66 + 2 / 3 + 0 + 75 + 81.25), 4]
    assert left(found) == {"no category was rated": 1, "deleted, spam or merged": 1}


def test_a_ratio_by_hand(worked: kpi.Dataset) -> None:
    """Four lines of agent time, the last without handling: 5 + 4 + 6 h handled, 2 + 3 + 1 h available."""
    found = explain("occupancy", Scope(), worked)
    assert [(p.words, p.amount, p.unit) for p in found.parts] == [
        ("handling", 15 * 3600, "s"),
        ("handling + available", 21 * 3600, "s"),
    ]
    assert left(found, 0) == left(found, 1) == {"handling or available time not recorded": 1}
    cost = explain("cost_per_ticket", Scope(), worked)
    assert [look.table for look in cost.looks] == ["cost_days", "tickets"]
    assert cost.looks[0].counted == 31 + 31 + 29  # days of three lines
    assert left(cost, 1) == UNCOUNTED


def test_a_difference_a_count_and_a_spread_by_hand(worked: kpi.Dataset) -> None:
    flow = explain("net_flow", Scope(), worked)
    assert [(p.words, p.amount) for p in flow.parts] == [("tickets created", 17), ("tickets solved", 13)]
    assert left(flow, 1) == {**UNCOUNTED, "not solved": 4}
    assert left(explain("tickets_created", Scope(), worked)) == UNCOUNTED
    active = explain("tickets_active", Scope(), worked)  # T16, T17, T20; T15 waits for the customer
    assert active.looks[0].counted == 3
    assert left(active) == {"in another status": 1}
    assert explain("backlog_age", Scope(), worked).looks[0].counted == 4
    assert "no sampling error" in flow.interval


def test_a_number_the_data_cannot_give_is_explained_too(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text("ticket_id,created_at\n1,2024-01-02T09:00:00Z\n")
    data = kpi.read(tmp_path / "tickets.csv")
    found = explain("csat", Scope(), data)
    assert found.needs == "needs surveys.csat"
    assert found.looks == ()
    assert found.row["value"] is None
    split = explain("occupancy", Scope(where={"channel": "email"}), kpi.read(*(WORKED.glob("*.csv"))))
    assert "do not carry it" in split.needs


WORKED = Path(__file__).parents[1] / "catalogue" / "worked"


def test_periods_and_splits_do_not_matter(worked: kpi.Dataset) -> None:
    assert explain("csat", Scope(by="month", split=["channel"]), worked).row == explain("csat", Scope(), worked).row


def test_the_example_is_a_ticket_behind_the_number(worked: kpi.Dataset) -> None:
    for name in CATALOGUE:
        ticket = example(name, Scope(), worked)
        rows = kpi.rows(name, Scope(), worked)
        if "ticket_id" in rows and rows["ticket_id"].notna().any():
            assert ticket in set(rows["ticket_id"].dropna())
        else:
            assert not ticket
    assert example("csat", Scope(start="2030-01-01"), worked) == ""


def test_the_code_version_is_the_commit_one_stands_at() -> None:
    root = Path(__file__).parents[2]
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False).stdout.strip()
    if not head:
        pytest.skip("not a git checkout: no commit to name")
    code_version.cache_clear()
    assert head[:12] in code_version()
    assert kpi.__version__ in code_version()


def test_provenance_names_data_code_and_hours(worked: kpi.Dataset, working_hours: kpi.Calendar) -> None:
    said = dict(explain("csat", Scope(calendar=working_hours, zone="Europe/Berlin"), worked).provenance)
    assert said["Dataset fingerprint"] == worked.fingerprint
    assert said["Standing at"] == "2024-02-29 12:00:00 UTC"
    assert said["Time zone of days"] == "Europe/Berlin"
    assert working_hours.fingerprint in said["Working hours"]
