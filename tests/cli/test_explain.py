"""`kpi explain`: the same digits as the function and the page, parts that sum to the change, both kinds of sides, and dates."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable

import pytest

from kpi import Scope, changes
from kpi.cli.scoped import period, recent, usual
from kpi.errors import BadValue, KpiError
from pages.parts import asked_dates
from tests.cli.conftest import Company, Ran, bare, plain, same

pytestmark = pytest.mark.slow
Ask = Callable[..., Ran]


@pytest.mark.parametrize("metric", ["csat", "handle_time", "first_reply_time", "tickets_created", "cost_per_ticket"])
def test_a_change_is_the_pages_to_the_digit(ask: Ask, company: Company, metric: str) -> None:
    told = plain(ask("explain", "--metric", metric, *company.dates))
    pair = changes.periods(company.scope(compare="previous"))
    assert pair is not None
    change, product, who = (make(metric, pair, company.data) for make in (changes.why, changes.factors, changes.respondents))
    for name in ("before", "now", "change", "low", "high", "figure_before", "figure_now", "figure_low", "figure_high", "p"):
        same(told[name], getattr(change, name))
    assert (told["verdict"], told["text"], told["caveat"]) == (change.verdict, change.text, change.caveat)
    assert (told["slices_looked_at"], len(told["claims"])) == (change.n_slices, len(change.claims))
    assert [split["column"] for split in told["splits"]] == list(change.splits)
    for split in told["splits"]:
        frame = change.splits[split["column"]].frame
        assert [part["sum"] for part in split["parts"]] == pytest.approx(frame["sum"].tolist(), rel=1e-9, abs=1e-9)
        assert split["waterfall"][0]["end"] == split["before"] and split["waterfall"][-1]["end"] == split["now"]
    assert (told["factors"] is None) == (product is None) and (told["respondents"] is None) == (who is None or not change.splits)
    if product is not None:
        assert [row["adds"] for row in told["factors"]["factors"]] == pytest.approx(product.frame["adds"].tolist()) and told["cost"][
            "name"
        ] == "cost"
    if told["respondents"]:
        assert who is not None and told["respondents"]["text"] == who.text
        same(told["respondents"]["rate_now"], who.rate_now)
    assert bare(told["text"]) in company.page("why.py", metric=metric, compare="previous")


@pytest.mark.parametrize("metric", ["csat", "tickets_created", "handle_time"])
def test_the_parts_sum_to_the_change(ask: Ask, metric: str) -> None:
    told = plain(ask("explain", "--metric", metric, "--period", "2026-Q2", "--against", "2026-Q1"))
    assert told["splits"]
    for split in told["splits"]:
        by_parts = math.fsum(part["rate"] + part["mix"] for part in split["parts"])
        by_steps = math.fsum(step["adds"] for step in split["waterfall"][1:-1])
        assert by_parts == pytest.approx(told["change"], abs=1e-9) and by_steps == pytest.approx(told["change"], abs=1e-9)
        assert split["rate"] + split["mix"] == pytest.approx(split["change"], abs=1e-9)


def test_two_parts_are_compared_as_on_the_page(ask: Ask, company: Company) -> None:
    one = plain(ask("explain", "--metric", "csat", "--segment", "channel=email", "--against", "chat", *company.dates))
    pair = changes.parts(company.scope(), "channel", "email", ["chat"])
    change = changes.why("csat", pair, company.data)
    same(one["change"], change.change)
    assert one["sides"] == ["chat", "email"] and bare(one["text"]) in company.page(
        "why.py", metric="csat", segment="channel=email", against="chat"
    )
    rest = plain(ask("explain", "--metric", "csat", "--segment", "channel=email", *company.dates))
    assert rest["sides"] == ["all other channels", "email"] and rest["now"] == one["now"]
    assert bare(rest["text"]) in company.page("why.py", metric="csat", segment="channel=email")
    assert rest["events"] is None and rest["splits"] and "channel" not in [split["column"] for split in rest["splits"]]


def test_periods_and_what_they_are_compared_with(ask: Ask) -> None:
    def sides(*more: str) -> list[str]:
        return list(plain(ask("explain", "--metric", "tickets_created", *more))["sides"])

    assert sides("--period", "2026-03") == ["2026-01-29 to 2026-02-28", "2026-03-01 to 2026-03-31"], "as many days just before"
    assert sides("--period", "2026-03", "--against", "2026-02")[0] == "2026-02-01 to 2026-02-28"
    assert sides("--period", "2026-03", "--against", "last_year")[0] == "2025-03-01 to 2025-03-31"
    given = ("--from", "2026-03-02", "--to", "2026-03-15", "--against-from", "2026-01-05", "--against-to", "2026-01-18")
    assert sides(*given) == ["2026-01-05 to 2026-01-18", "2026-03-02 to 2026-03-15"]


def test_by_writes_fewer_splits_of_the_same_search(ask: Ask, company: Company) -> None:
    dates = ("--metric", "handle_time", *company.dates)
    every, one = plain(ask("explain", *dates)), plain(ask("explain", *dates, "--by", "team"))
    assert one["splits"] == [split for split in every["splits"] if split["column"] == "team"]
    assert one["slices_looked_at"] == every["slices_looked_at"] and one["p"] == every["p"]
    wrong = ask("explain", *dates, "--by", "teem")
    assert wrong.code == 2 and wrong.out == "" and "Did you mean 'team'" in wrong.err


def test_notes_near_the_dates_are_candidates(ask: Ask, company: Company) -> None:
    told = plain(ask("explain", "--metric", "csat", "--period", "2026-05", "--events", company.events))["events"]
    assert any(event["title"] == "Mobile app launched" for event in told)
    assert all("2026-04-17" <= event["date"] <= "2026-05-31" for event in told), "in these dates, or two weeks before"
    assert plain(ask("explain", "--metric", "csat", "--period", "2026-05"))["events"] is None, "nobody was asked"


def test_what_cannot_be_compared_is_null_with_its_reason(ask: Ask) -> None:
    before = plain(ask("explain", "--metric", "csat", "--period", "2024-11"))
    assert (
        before["verdict"] == "unknown"
        and before["change"] is None
        and before["is_beyond_noise"] is None
        and "cannot be compared" in before["text"]
    )


def test_a_median_splits_by_its_mean_on_wish(ask: Ask, company: Company) -> None:
    told = plain(ask("explain", "--metric", "first_reply_time", *company.dates, "--view", "mean"))
    assert told["figure"]["label"] == "First reply, mean" and told["figure"]["unit"] == "s"


def test_a_change_in_text(ask: Ask) -> None:
    ran = ask(
        "explain", "--metric", "tickets_created", "--period", "2026-05", "--against", "2026-04", "--by", "channel", "--format", "table"
    )
    lines = ran.out.splitlines()
    assert ran.code == 0 and lines[0].startswith("Tickets created") and "Tickets created by channel" in lines
    ends = [int(re.sub(r"\D", "", line)) for line in lines if line.strip().startswith(("Before:", "Now:"))]
    adds = [int(found[1].replace(",", "")) for line in lines if (found := re.match(r"  .+: ([+-][\d,]+)", line))]
    assert len(ends) == 2 and sum(adds) == ends[1] - ends[0], "the steps lead from one to the other"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-q1", "2026-01-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-03-05", "2026-03-05", "2026-03-05"),
    ],
)
def test_a_period_by_hand(text: str, first: str, last: str) -> None:
    assert period(text, "--period") == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_without_dates_as_on_a_first_visit(company: Company) -> None:
    everything = Scope(calendar=str(company.calendar))
    first = asked_dates.first(company.mine, everything)
    assert usual(everything, company.data) == first.but(compare=None if first.start is None else "previous").but(compare=None)
    assert (recent(everything, company.data).start, recent(everything, company.data).end) == asked_dates.of("28", company.mine, "UTC")
    given = company.scope()
    assert usual(given, company.data) is given


def test_periods_that_share_a_day_are_no_comparison() -> None:
    scope = Scope(start="2026-03-01", end="2026-03-31")
    with pytest.raises(BadValue, match="share days"):
        changes.between(scope, dt.date(2026, 2, 1), dt.date(2026, 3, 1))
    pair = changes.between(scope, dt.date(2026, 4, 1), dt.date(2026, 4, 2))
    assert (pair.before.end, pair.now.end) == (dt.date(2026, 4, 2), dt.date(2026, 3, 31))
    with pytest.raises(KpiError):
        changes.between(Scope(), dt.date(2026, 4, 1), dt.date(2026, 4, 2))
