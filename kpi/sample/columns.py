"""From codes to the canonical columns of each table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from kpi.sample import company as c
from kpi.sample import surveys
from kpi.sample.clock import END_S, clocks, worked_between
from kpi.sample.draws import NONE, Ints
from kpi.sample.log import FIELDS, REQUESTER, SCHEDULE, STATUS, TEAM, Facts, Log, Rows
from kpi.sample.out import Either, Numbered, Values, Words
from kpi.sample.people import organization_names
from kpi.sample.tickets import HUMAN, Block, World
from kpi.sample.work import CATEGORIES, REVIEW_KINDS, AgentDays, Costs, Reviews, hourly, instant, ticket_cost
from kpi.tables import ROLES, STATUSES

FIRST_TICKET, FIRST_CUSTOMER = 100_001, 10_001
TEAMS, CHANNELS = [t.name for t in c.TEAMS], [x.name for x in c.CHANNELS]
COUNTRIES = [country for region in c.REGIONS for country in region.countries]
SCHEDULES = [region.name for region in c.REGIONS]
Columns = dict[str, Values]

_TAG_SETS = [
    tuple(tag for tag, used in zip((*topic.tags, "vip"), (*mask, vip), strict=True) if used)
    for topic in c.TOPICS
    for mask in product((False, True), repeat=len(topic.tags))
    for vip in (False, True)
]
_TAG_STARTS = np.cumsum([0, *(2 ** (len(topic.tags) + 1) for topic in c.TOPICS)])


def ticket_ids(block: Block, ticket: Ints) -> Numbered:
    """The numbers of tickets by their place in the block; unknown for NONE."""
    return Numbered("", np.where(ticket == NONE, NONE, block.row[ticket] + FIRST_TICKET))


def requesters(customers: Ints) -> Numbered:
    return Numbered("c", np.where(customers == NONE, NONE, customers + FIRST_CUSTOMER))


def _tags(world: World, block: Block) -> Words:
    """Each of the topic's tags on half of its tickets; "vip" on all of the largest customers'."""
    code = np.zeros(len(block.row), dtype=np.int64)
    counts = np.array([len(topic.tags) for topic in c.TOPICS])[block.topic]
    for place in range(max(len(topic.tags) for topic in c.TOPICS)):
        on = world.draws.chance(f"tag {place}", block.row, 0.5)
        code = np.where(place < counts, code * 2 + on, code)
    code = code * 2 + (block.segment == len(c.SEGMENTS) - 1)
    return Words(_TAG_STARTS[block.topic] + code, _TAG_SETS)


@dataclass(frozen=True)
class _Promises:
    due: Ints
    is_solved_in_time: Ints
    is_replied_in_time: Ints


def _promises(block: Block, facts: Facts, log: Log) -> _Promises:
    """Promises by priority, in working time; kept when met to the second. Unknown while the clock still runs within them."""
    served = (block.kind == HUMAN) & (log.abandoned != 1)
    worked = np.where(block.region == 0, clocks()[0].worked(block.created), clocks()[1].worked(block.created))
    goal = worked + np.array(c.SOLVE_PROMISE)[block.priority]
    due = np.where(block.region == 0, clocks()[0].instant(goal), clocks()[1].instant(goal))
    finished = np.isin(facts.status, (STATUSES.index("solved"), STATUSES.index("closed")))
    solved = np.where(finished, facts.solved <= due, np.where(due < END_S, 0, NONE))
    until = np.where(facts.first_reply == NONE, END_S, facts.first_reply)
    allowed = np.where(block.is_live, c.LIVE_REPLY_PROMISE, np.array(c.REPLY_PROMISE)[block.priority])
    took = np.where(block.is_live, until - block.created, worked_between(block.region, block.created, until))
    replied = np.where(took > allowed, 0, np.where(facts.first_reply == NONE, NONE, 1))
    return _Promises(np.where(served, due, NONE), np.where(served, solved, NONE), np.where(served, replied, NONE))


def tickets(world: World, block: Block, facts: Facts, log: Log) -> Columns:
    customers, agents, promised = world.customers, world.agents.name, _promises(block, facts, log)
    country = customers.country(block.requester)
    organization = customers.organization(block.requester)
    organizations, place = np.unique(organization, return_inverse=True)
    named = organization_names(np.maximum(organizations, 0))
    number = block.row + FIRST_TICKET
    return {
        "ticket_id": Numbered("", number),
        "source": Words(np.zeros(len(number), dtype=np.int64), ["sample"]),
        "created_at": block.created,
        "first_reply_at": facts.first_reply,
        "work_started_at": facts.work_started,
        "first_solved_at": facts.first_solved,
        "solved_at": facts.solved,
        "closed_at": facts.closed,
        "updated_at": facts.updated,
        "due_at": promised.due,
        "status": Words(facts.status, STATUSES),
        "channel": Words(block.channel, CHANNELS),
        "priority": Words(block.priority, c.PRIORITIES),
        "type": Words(block.topic, [t.type for t in c.TOPICS]),
        "product_area": Words(block.product, list(c.PRODUCTS)),
        "topic": Words(block.topic, [t.name for t in c.TOPICS]),
        "tags": _tags(world, block),
        "team": Words(facts.team, TEAMS),
        "agent": Words(facts.agent, agents),
        "requester": requesters(block.requester),
        "submitter": Words(log.submitter, agents),
        "organization": Words(np.where(organization == NONE, NONE, place), named),
        "language": Words(country, [language for _, language, _ in COUNTRIES]),
        "country": Words(country, [name for name, *_ in COUNTRIES]),
        "reopens": facts.reopens,
        "agent_replies": facts.replies,
        "requester_replies": facts.requester_replies,
        "reassignments": facts.reassignments,
        "handle_seconds": facts.handle,
        "queue_seconds": log.queue,
        "is_abandoned": log.abandoned,
        "is_escalated": facts.is_escalated,
        "is_sla_met": promised.is_solved_in_time,
        "is_reply_sla_met": promised.is_replied_in_time,
        "cost": ticket_cost(facts.handle, facts.team, world.effects),
        "url": Numbered("https://support.example.com/tickets/", number),
    }


def messages(world: World, block: Block, rows: Rows) -> Columns:
    by_requester = np.where(rows["role"] == REQUESTER, block.requester[rows.ticket], NONE)
    others = Words(rows["role"], ["", "", "Assistant", "Automation"])
    return {
        "ticket_id": ticket_ids(block, rows.ticket),
        "sent_at": rows.at,
        "author": Either((Words(rows["author"], world.agents.name), requesters(by_requester), others)),
        "author_role": Words(rows["role"], ROLES),
        "is_public": rows["public"],
        "channel": Words(block.channel[rows.ticket], CHANNELS),
    }


def changes(world: World, block: Block, rows: Rows) -> Columns:
    words: dict[int, list[str]] = {STATUS: list(STATUSES), TEAM: TEAMS, SCHEDULE: SCHEDULES}
    lists = [words.get(field, world.agents.name) for field in range(len(FIELDS))]
    starts = np.cumsum([0, *(len(values) for values in lists)])[rows["field"]]
    every = [word for values in lists for word in values]

    def value(code: Ints) -> Words:
        return Words(np.where(code == NONE, NONE, starts + code), every)

    return {
        "ticket_id": ticket_ids(block, rows.ticket),
        "changed_at": rows.at,
        "field": Words(rows["field"], FIELDS),
        "old": value(rows["old"]),
        "new": value(rows["new"]),
    }


def answers(world: World, asked: surveys.Answers, block: Block | None, facts: Facts | None) -> Columns:
    """Rows of surveys; those about no ticket were asked by e-mail and are about nobody."""
    ones = np.ones(len(asked.kind), dtype=np.int64)
    out: Columns = {
        "requester": requesters(asked.requester),
        "kind": Words(asked.kind, surveys.KINDS),
        "score": asked.score,
        "scale_low": np.array(surveys.LOW)[asked.kind].astype(float),
        "scale_high": np.array(surveys.HIGH)[asked.kind].astype(float),
        "is_higher_better": ones,
        "offered_at": asked.offered,
        "answered_at": asked.answered,
        "comment": asked.comment,
        "channel": Words(ones * 0 if block is None else block.channel[asked.ticket], CHANNELS),
    }
    if block is not None and facts is not None:
        out["ticket_id"] = ticket_ids(block, asked.ticket)
        out["agent"] = Words(facts.agent[asked.ticket], world.agents.name)
        out["team"] = Words(facts.team[asked.ticket], TEAMS)
    return out


def reviews(world: World, block: Block, facts: Facts, rated: Reviews) -> Columns:
    leads = [f"{team} lead" for team in TEAMS]
    manager = np.where(rated.kind == 0, facts.team[rated.ticket], NONE)
    return {
        "review_id": Numbered("r", block.row[rated.ticket] + FIRST_TICKET),
        "ticket_id": ticket_ids(block, rated.ticket),
        "reviewer": Either((Words(manager, leads), Words(rated.reviewer, world.agents.name))),
        "agent": Words(facts.agent[rated.ticket], world.agents.name),
        "kind": Words(rated.kind, REVIEW_KINDS),
        "category": Words(rated.category, CATEGORIES),
        "score": rated.score,
        "scale_low": np.full(len(rated.score), 1.0),
        "scale_high": np.full(len(rated.score), 5.0),
        "weight": np.array([x.weight for x in c.SCORE_CARD])[rated.category].astype(float),
        "is_critical": np.array([x.is_critical for x in c.SCORE_CARD])[rated.category].astype(np.int64),
        "reviewed_at": rated.at,
    }


def agent_time(world: World, days: AgentDays) -> Columns:
    return {
        "agent": Words(days.agent, world.agents.name),
        "team": Words(world.agents.team[days.agent], TEAMS),
        "started_at": days.started,
        "paid_seconds": days.paid,
        "available_seconds": days.available,
        "handling_seconds": days.handling,
        "other_seconds": days.other,
        "hourly_cost": hourly(world)[days.agent],
    }


def costs(book: Costs) -> Columns:
    return {
        "period_start": np.array([instant(line.start) for line in book.lines]),
        "period_end": np.array([instant(line.end) for line in book.lines]),
        "category": [line.category for line in book.lines],
        "amount": np.array([line.amount for line in book.lines]),
        "currency": [c.CURRENCY] * len(book.lines),
        "team": [line.team for line in book.lines],
    }


def customers(world: World, number: Ints) -> Columns:
    who = world.customers
    return {
        "requester": requesters(number),
        "became_customer_at": who.became(number),
        "left_at": who.left(number),
        "segment": Words(who.segment(number), [s.name for s in c.SEGMENTS]),
    }
