"""`kpi correlate`: the same digits as the function and the page, named pairs first, what is picked out, and the dates of a link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from kpi import Scope, correlations, periods
from kpi.correlations.look import look
from pages.parts import correlation_asked
from tests.cli.conftest import END, START, Company, Ran, bare, plain, same

pytestmark = pytest.mark.slow
Ask = Callable[..., Ran]


@pytest.mark.parametrize("unit", ["tickets", "periods", "agents"])
def test_every_pair_is_the_pages_to_the_digit(ask: Ask, company: Company, unit: str) -> None:
    told = plain(ask("correlate", "--unit", unit, *company.dates))
    wide = correlation_asked.widened(company.scope(), company.mine, unit)
    matrix = correlations.correlate(unit, wide, company.data)
    assert (told["scope"]["from"], told["scope"]["to"]) == ([str(wide.start)], [str(wide.end)])
    assert (told["finding"], told["caveat"], told["looked"], told["n"]) == (matrix.finding, matrix.caveat, matrix.looked, matrix.n)
    assert len(told["pairs"]) == len(matrix.pairs) > 0
    for row in told["pairs"]:
        pair = matrix.pair(row["first"], row["second"])
        assert pair is not None and row["is_told_apart"] == pair.is_claimed
        figures = {
            "r": pair.r, "low": pair.low, "high": pair.high, "p": pair.p, "p_adjusted": pair.q, "p_strict": pair.sure, "pooled": pair.pooled,
            "second_opinion": pair.again, ("clusters" if unit == "tickets" else "n_eff"): pair.worth,
        }  # fmt: skip
        for name, value in figures.items():
            same(row[name], value)
        assert bool(row["linked"]) == bool(pair.link) and (row["n"] is None if pair.link else row["n"] == pair.n)
    assert bare(told["finding"]) in company.page("correlations.py", unit=unit)


def test_named_pairs_come_first_and_arithmetic_is_marked(ask: Ask) -> None:
    rows = plain(ask("correlate", "--by", "week"))["pairs"]
    named = [row["is_named"] for row in rows]
    assert any(named) and named == sorted(named, reverse=True)
    by_names = {frozenset((row["first"], row["second"])): row for row in rows}
    cost = by_names[frozenset(("handle_time", "cost_per_ticket"))]
    assert cost["r"] is None and not cost["is_scored"] and cost["strength"] is None and "one equation" in cost["linked"]


def test_a_pair_closely_is_the_look_of_the_page(ask: Ask, company: Company) -> None:
    told = plain(ask("correlate", *company.dates, "--pair", "csat", "first_reply_time"))
    wide = correlation_asked.widened(company.scope(), company.mine, "tickets")
    matrix = correlations.correlate("tickets", wide, company.data)
    found = look(matrix.pair("csat", "first_reply_time") or pytest.fail("no such pair"), wide, company.data)
    (one,) = told["looks"]
    assert (one["first"], one["second"]) == ("first_reply_time", "csat"), "what one does stands first"
    assert [row["second"] for row in told["pairs"]] == ["csat"] and told["looked"] == matrix.looked > 100, "judged among all of them still"
    assert found.effect is not None and (one["effect"]["difference"], one["effect"]["text"]) == (
        pytest.approx(found.effect.difference),
        found.effect.text,
    )
    assert [split["verdict"] for split in one["splits"]] == [split.verdict for split in found.splits] and one["notes"] == list(found.notes)
    assert one["published"], "what others published stands beside it"


def test_metrics_pick_pairs_out_after_all_were_judged(ask: Ask) -> None:
    every = plain(ask("correlate"))
    some = plain(ask("correlate", "--metric", "csat", "reopen_rate"))
    assert some["pairs"] == [row for row in every["pairs"] if {row["first"], row["second"]} & {"csat", "reopen_rate"}]
    assert some["looked"] == every["looked"]


def test_a_pair_without_a_value_here_says_so(ask: Ask) -> None:
    (one,) = plain(ask("correlate", "--pair", "backlog", "csat"))["looks"]
    assert one["r"] is None and one["n"] == 0 and "try --unit periods" in one["lacks"]


def test_exact_keeps_to_the_dates(ask: Ask, company: Company) -> None:
    wide = ask("correlate", "--by", "week", *company.dates)
    assert "is looked at" in wide.err
    kept = ask("correlate", "--by", "week", *company.dates, "--exact")
    assert plain(kept)["scope"]["from"] == [START] and kept.err == "" and plain(kept)["n"] == 17


def test_in_text(ask: Ask) -> None:
    ran = ask("correlate", "--pair", "first_reply_time", "csat", "--format", "table")
    assert ran.code == 0 and "First reply – CSAT" in ran.out and "not proof" in ran.out and "_" not in ran.out
    assert len(ask("correlate", "--format", "table").out.splitlines()) < 30, "a few links, not hundreds"


@pytest.mark.parametrize(("unit", "weeks"), [("tickets", 104), ("periods", 106), ("agents", 52)])
def test_the_dates_of_a_link_reach_back_by_weeks_and_no_further_than_the_data(company: Company, unit: str, weeks: int) -> None:
    """By hand: so many whole weeks that end with the last date asked for; never fewer days than asked for; all there are without dates."""
    low, high = periods.local(company.data.first, "UTC"), periods.local(company.data.newest, "UTC")
    end = dt.date.fromisoformat(END)
    wide = correlations.widened(Scope(start=START, end=END), company.data, unit)
    assert wide.end == end and wide.start == max(low, end - dt.timedelta(days=7 * weeks - 1))
    early = correlations.widened(Scope(start="2020-01-01", end="2030-01-01"), company.data, unit)
    every = correlations.widened(Scope(), company.data, unit)
    assert (early.start, early.end) == (every.start, every.end) == (low, high)
