"""The tables agree with each other: what a ticket says of itself is what its messages and changes say, worked out anew in pandas."""

from __future__ import annotations

import tomllib
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from kpi.hours import read_calendar
from kpi.tables import NOT_COUNTED, SOLVED, UNSOLVED

from .conftest import Company

pytestmark = pytest.mark.slow

BEGIN, END = pd.Timestamp("2024-11-01", tz="UTC"), pd.Timestamp("2026-11-01", tz="UTC")


def same(left: pd.Series, right: pd.Series) -> None:
    """Equal value by value, unknown where unknown."""
    right = right.reindex(left.index)
    assert (left.isna() == right.isna()).all(), left.name
    assert (left.dropna() == right.dropna()).all(), left.name


def by_ticket(rows: pd.DataFrame, column: str, how: str) -> pd.Series:
    return getattr(rows.groupby("ticket_id", sort=False)[column], how)()


def of(changes: pd.DataFrame, field: str) -> pd.DataFrame:
    return changes[changes["field"] == field]


def replies(company: Company) -> pd.DataFrame:
    """Public messages of agents, without the opening message of an outbound ticket."""
    public = company.messages[company.messages.is_public]
    opening = public.groupby("ticket_id").cumcount().eq(0) & public.author_role.eq("agent")
    opening &= public.sent_at.eq(public.ticket_id.map(company.tickets.created_at))
    outbound = public.ticket_id.map(company.tickets.submitter.notna())
    return public[(public.author_role == "agent") & ~(opening & outbound)]


def test_tickets_are_numbered_in_order_of_creation(small: Company) -> None:
    tickets = small.tickets
    assert tickets.ticket_id.is_unique
    assert tickets.created_at.is_monotonic_increasing
    assert tickets.created_at.between(BEGIN, END, inclusive="left").all()
    assert tickets.ticket_id.astype(int).diff().dropna().eq(1).all()


def test_nothing_happens_before_creation_or_after_the_end(small: Company) -> None:
    created = small.tickets.created_at
    for rows, at in ((small.messages, "sent_at"), (small.changes, "changed_at")):
        assert (rows[at] >= rows.ticket_id.map(created)).all()
        assert (rows[at] < END).all()
        assert rows.groupby("ticket_id")[at].is_monotonic_increasing.all()
    for name in small.tickets.filter(like="_at").drop(columns="due_at"):
        at = small.tickets[name].dropna()
        assert ((at >= created[at.index]) & (at < END)).all(), name
    for name in ("offered_at", "answered_at"):
        assert (small.surveys[name].dropna() < END).all()


def test_the_first_changes_are_at_creation(small: Company) -> None:
    """First status (new) and team at the creation; the schedule too where it is not the default."""
    first = small.changes.drop_duplicates(["ticket_id", "field"]).set_index(["ticket_id", "field"])
    for field in ("status", "team"):
        at = first.xs(field, level="field")
        same(small.tickets.created_at.rename(None), at.changed_at)
        assert at.old.isna().all()
    assert (first.xs("status", level="field").new == "new").all()
    schedule = of(small.changes, "schedule")
    assert set(schedule.new) == {"Americas"}
    assert (schedule.changed_at == schedule.ticket_id.map(small.tickets.created_at)).all()
    american = small.tickets.country.isin(["United States", "Canada", "Mexico", "Brazil"])
    assert set(schedule.ticket_id) == set(small.tickets.ticket_id[american])


def test_changes_link_up(small: Company) -> None:
    """Each change starts from where the one before ended, and really changes something."""
    for _, rows in small.changes.groupby("field"):
        before = rows.groupby("ticket_id").new.shift()
        assert (before.isna() == rows.old.isna()).all()
        assert (before.dropna() == rows.old.dropna()).all()
        assert not (rows.old == rows.new).any()


def test_status_moves_as_a_help_desk_allows(small: Company) -> None:
    status = of(small.changes, "status")
    assert not status.duplicated(["ticket_id", "changed_at"]).any()
    final = [*NOT_COUNTED, "closed"]
    assert not status.old.isin(final).any()
    reopened = status[(status.old == "solved") & status.new.isin(UNSOLVED)]
    assert len(reopened) > 0 and (reopened.new == "open").all()
    assert set(map(tuple, status[["old", "new"]].dropna().drop_duplicates().to_numpy())) == {
        ("new", "open"), ("new", "solved"), ("new", "closed"), ("new", "spam"), ("new", "deleted"), ("new", "merged"),
        ("open", "pending"), ("open", "hold"), ("open", "solved"), ("pending", "open"), ("pending", "solved"), ("hold", "open"),
        ("solved", "open"), ("solved", "closed"),
    }  # fmt: skip


def test_tickets_close_four_days_after_their_last_solve(small: Company) -> None:
    closed = small.tickets[small.tickets.closed_at.notna() & small.tickets.solved_at.notna()]
    assert (closed.closed_at - closed.solved_at == pd.Timedelta(days=4)).all()
    only_closed = small.tickets[small.tickets.closed_at.notna() & small.tickets.solved_at.isna()]
    assert len(only_closed) and only_closed.is_abandoned.all()


def test_ticket_columns_are_what_changes_say(small: Company) -> None:
    tickets, status = small.tickets, of(small.changes, "status")
    solves = status[status.new == "solved"]
    same(tickets.status, by_ticket(status, "new", "last"))
    same(tickets.work_started_at, by_ticket(status[(status.old == "new") & (status.new == "open")], "changed_at", "first"))
    same(tickets.first_solved_at, by_ticket(solves, "changed_at", "first"))
    same(tickets.solved_at, by_ticket(solves, "changed_at", "last"))
    same(tickets.closed_at, by_ticket(status[status.new == "closed"], "changed_at", "last"))
    reopened = by_ticket(status[(status.old == "solved") & status.new.isin(UNSOLVED)], "new", "size")
    same(tickets.reopens, reopened.reindex(tickets.index, fill_value=0))
    same(tickets.team, by_ticket(of(small.changes, "team"), "new", "last"))
    agents = of(small.changes, "agent")
    same(tickets.agent, by_ticket(agents, "new", "last"))
    same(tickets.reassignments, (by_ticket(agents, "new", "size") - 1).reindex(tickets.index, fill_value=0))
    escalated = of(small.changes, "team").query("old.notna() and new == 'Technical'").ticket_id
    assert set(tickets.ticket_id[tickets.is_escalated]) == set(escalated)


def test_ticket_columns_are_what_messages_say(small: Company) -> None:
    tickets, messages, reply = small.tickets, small.messages, replies(small)
    same(tickets.first_reply_at, by_ticket(reply, "sent_at", "first"))
    same(tickets.agent_replies, by_ticket(reply, "sent_at", "size").reindex(tickets.index, fill_value=0))
    asked = by_ticket(messages[messages.is_public & (messages.author_role == "requester")], "sent_at", "size")
    inbound = tickets.submitter.isna().astype(int)
    same(tickets.requester_replies, asked.reindex(tickets.index, fill_value=0) - inbound)
    latest = pd.concat([by_ticket(messages, "sent_at", "max"), by_ticket(small.changes, "changed_at", "max")], axis=1).max(axis=1)
    same(tickets.updated_at, latest)


def test_authors_are_who_they_should_be(small: Company) -> None:
    """Requesters write on their own tickets, agents while employed, and the assignee of the moment replies."""
    messages, agents = small.messages, pd.DataFrame(small.truth.agents).set_index("agent")
    asked = messages[messages.author_role == "requester"]
    assert (asked.author == asked.ticket_id.map(small.tickets.requester)).all()
    assert set(messages.author[messages.author_role == "bot"]) == {"Assistant"}
    assert set(messages.author[messages.author_role == "system"]) == {"Automation"}
    written = messages[messages.author_role == "agent"]
    assert set(written.author) <= set(agents.index)
    joined, left = (pd.to_datetime(written.author.map(agents[name]), utc=True) for name in ("joined", "left"))
    assert not (written.sent_at < joined).any()
    assert not (written.sent_at >= left).any()
    reply = replies(small).sort_values("sent_at", kind="stable")
    assigned = of(small.changes, "agent").sort_values("changed_at", kind="stable")
    known = pd.merge_asof(reply, assigned, left_on="sent_at", right_on="changed_at", by="ticket_id")
    assert (known.author == known.new).all()


def test_outbound_tickets_open_with_their_agent(small: Company) -> None:
    outbound = small.tickets[small.tickets.submitter.notna()]
    first = small.messages.drop_duplicates("ticket_id").set_index("ticket_id").loc[outbound.index]
    assert len(outbound) > 100
    assert (first.author == outbound.submitter).all() and (first.author_role == "agent").all() and first.is_public.all()
    assert (first.sent_at == outbound.created_at).all()


def test_agents_reply_in_working_hours(small: Company) -> None:
    """E-mail, web and social are answered inside the calendar file's hours of the ticket's schedule; calls and chats arrive there."""
    schedules = {s["name"]: s for s in tomllib.loads((small.folder / "calendar.toml").read_text())["schedule"]}
    american = set(of(small.changes, "schedule").ticket_id)

    def is_open(at: pd.Timestamp, name: str) -> bool:
        schedule = schedules[name]
        local = at.tz_convert(ZoneInfo(schedule["zone"]))
        day = local.date().isoformat()
        usual = [] if day in schedule["holidays"] else schedule["hours"].get(date.fromisoformat(day).strftime("%a").lower(), [])
        clock = local.strftime("%H:%M:%S")
        return any(s.split("-")[0] <= clock <= s.split("-")[1] + ":00" for s in schedule["override"].get(day, usual))

    slow = replies(small)
    slow = slow[slow.channel.isin(["email", "web", "social"])].sample(3_000, random_state=1)
    live = small.tickets[small.tickets.channel.isin(["phone", "chat"])].sample(1_500, random_state=1)
    for rows, at in ((slow, "sent_at"), (live, "created_at")):
        for ticket, instant in zip(rows.ticket_id, rows[at], strict=True):
            assert is_open(instant, "Americas" if ticket in american else "Europe"), (ticket, instant)


def test_queues(small: Company) -> None:
    tickets = small.tickets
    live = tickets.channel.isin(["phone", "chat"])
    assert tickets.queue_seconds[~live].isna().all() and tickets.is_abandoned[~live].isna().all()
    abandoned = tickets[tickets.is_abandoned.eq(True)]
    assert (abandoned.agent_replies == 0).all() and abandoned.agent.isna().all() and abandoned.handle_seconds.isna().all()
    assert ((abandoned.closed_at - abandoned.created_at).dt.total_seconds() == abandoned.queue_seconds).all()
    taken = tickets[tickets.is_abandoned.eq(False) & tickets.work_started_at.notna()]
    assert ((taken.work_started_at - taken.created_at).dt.total_seconds() == taken.queue_seconds).all()


def test_tickets_thrown_out_are_left_alone(small: Company) -> None:
    out = small.tickets[small.tickets.status.isin(NOT_COUNTED)]
    assert set(out.status) == set(NOT_COUNTED)
    assert (out.agent_replies == 0).all() and out.solved_at.isna().all() and out.is_sla_met.isna().all()
    assert not set(out.ticket_id) & set(small.surveys.ticket_id)


def test_promises(small: Company) -> None:
    tickets = small.tickets[~small.tickets.status.isin(NOT_COUNTED) & small.tickets.due_at.notna()]
    done = tickets[tickets.status.isin(SOLVED)]
    assert (done.is_sla_met == (done.solved_at <= done.due_at)).all()
    running = tickets[tickets.status.isin(UNSOLVED)]
    assert (running.is_sla_met.dropna() == False).all()  # noqa: E712  # a column of True, False and unknown
    assert (running.is_sla_met.isna() == (running.due_at >= END)).all()
    live = tickets[tickets.channel.isin(["phone", "chat"]) & tickets.first_reply_at.notna()]
    assert (live.is_reply_sla_met == ((live.first_reply_at - live.created_at).dt.total_seconds() <= 120)).all()


def test_promises_run_on_the_calendar_file(small: Company) -> None:
    """The product's own reading of the working hours gives the same due instants and the same kept reply promises."""
    calendar, facts = read_calendar(small.folder / "calendar.toml"), small.truth.facts
    tickets = small.tickets[small.tickets.due_at.notna()]
    american = tickets.ticket_id.isin(of(small.changes, "schedule").ticket_id)
    for name, rows in (("Europe", tickets[~american]), ("Americas", tickets[american])):
        schedule = calendar.schedule(name)
        promised = rows.priority.map(facts["solve_promise_business_seconds"])
        due = schedule.due_at(rows.created_at.dt.tz_localize(None).to_numpy(), promised.to_numpy(float))
        assert (due == rows.due_at.dt.tz_localize(None).to_numpy()).all()
        slow = rows[rows.channel.isin(["email", "web", "social"]) & rows.first_reply_at.notna()]
        took = schedule.seconds_between(*(slow[at].dt.tz_localize(None).to_numpy() for at in ("created_at", "first_reply_at")))
        assert (slow.is_reply_sla_met == (took <= slow.priority.map(facts["reply_promise_business_seconds"]))).all()


def test_requesters_are_customers_of_the_time(small: Company) -> None:
    customers, tickets = small.table("customers").set_index("requester"), small.tickets
    assert customers.index.is_unique
    assert tickets.requester.isin(customers.index).all()
    assert (tickets.created_at >= tickets.requester.map(customers.became_customer_at)).all()
    left = tickets.requester.map(customers.left_at)
    assert (left.isna() | (tickets.created_at < left)).all()
    assert (customers.left_at.dropna() > customers.became_customer_at[customers.left_at.notna()]).all()
    for fact in ("country", "language"):
        assert (tickets.groupby("requester")[fact].nunique() == 1).all()
    vip = tickets.requester.map(customers.segment).eq("Enterprise")
    assert (tickets.tags.map(lambda tags: "vip" in tags) == vip).all()


def test_surveys_fit_their_tickets(small: Company) -> None:
    surveys = small.surveys
    about = surveys[surveys.ticket_id.notna()].set_index("ticket_id")
    assert about.index.is_unique and set(about.kind) == {"csat", "ces"}
    tickets = small.tickets.loc[about.index]
    for name in ("requester", "agent", "team", "channel"):
        assert (about[name] == tickets[name]).all(), name
    assert (about.offered_at >= tickets.closed_at).all()
    assert (surveys.score.notna() == surveys.answered_at.notna()).all()
    assert (surveys.answered_at.dropna() > surveys.offered_at[surveys.answered_at.notna()]).all()
    answered = surveys[surveys.score.notna()]
    assert answered.score.between(answered.scale_low, answered.scale_high).all() and (answered.score % 1 == 0).all()
    assert surveys.comment[surveys.score.isna()].isna().all() and surveys.comment.notna().sum() > 300
    nps = surveys[surveys.kind == "nps"]
    assert not nps.duplicated(["requester", "offered_at"]).any()
    assert set(nps.offered_at.dt.month) == {3, 6, 9, 12}
    customers = small.table("customers").set_index("requester")
    assert not (nps.offered_at >= nps.requester.map(customers.left_at)).any()


def test_reviews_fit_their_tickets(small: Company) -> None:
    reviews = small.table("reviews")
    tickets = small.tickets.loc[reviews.ticket_id]
    assert (reviews.agent.to_numpy() == tickets.agent.to_numpy()).all()
    assert (reviews.reviewed_at.to_numpy() > tickets.solved_at.to_numpy()).all() and (reviews.reviewed_at < END).all()
    assert (reviews.groupby("review_id").category.nunique() == reviews.groupby("review_id").size()).all()
    assert reviews.score.dropna().between(1, 5).all() and reviews.score.isna().any()
    assert (reviews.reviewer[reviews.kind == "self"] == reviews.agent[reviews.kind == "self"]).all()
    assert set(reviews.category[reviews.is_critical]) == {"Privacy"}


def test_agents_time_holds_the_handle_time_of_their_tickets(small: Company) -> None:
    """Added up by agent and day: handle time counts for whoever replied last, on that day."""
    time = small.table("agent_time")
    last = replies(small).groupby("ticket_id").last()
    worked = small.tickets.loc[last.index]
    handled = worked.handle_seconds.groupby([last.author, last.sent_at.dt.date]).sum()
    assert np.isclose(handled.sum(), small.tickets.handle_seconds.sum())
    by_day = time.set_index([time.agent, time.started_at.dt.date]).handling_seconds
    assert by_day.index.is_unique and (by_day.sort_index() == handled.sort_index()).all()
    assert (time.paid_seconds == time.available_seconds + time.handling_seconds + time.other_seconds).all()
    assert (time[["paid_seconds", "available_seconds", "handling_seconds", "other_seconds"]] >= 0).all(axis=None)


def test_costs_are_the_paid_hours_and_the_overhead(small: Company) -> None:
    costs, time = small.table("costs"), small.table("agent_time")
    labour = costs[costs.category.isin(["salaries", "benefits"])]
    assert np.isclose(labour.amount.sum(), (time.paid_seconds / 3600 * time.hourly_cost).sum(), atol=2)
    handled = small.tickets.handle_seconds.notna().sum()
    overhead = costs.amount.sum() - labour.amount.sum()
    assert np.isclose(overhead, handled * small.truth.facts["overhead_per_ticket"], atol=1)
    assert (costs.period_end > costs.period_start).all() and costs.period_start.nunique() == 24
    assert costs.period_start.min() == BEGIN and costs.period_end.max() == END
    assert set(costs.currency) == {"EUR"}
