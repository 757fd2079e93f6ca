"""What happens to a ticket: queue, replies, waiting for the requester, escalation, solving, reopening, closing."""

from __future__ import annotations

import numpy as np

from kpi.sample import company as c
from kpi.sample.clock import day_of, later, next_open
from kpi.sample.draws import Flags, Floats, Ints
from kpi.sample.log import (
    AGENT,
    ASSIGNEE,
    ASSISTANT,
    CLOSED,
    HOLD,
    NEW,
    OPEN,
    PENDING,
    REQUESTER,
    SCHEDULE,
    SOLVED,
    STATUS,
    SYSTEM,
    TEAM,
    THROWN_OUT,
    Log,
)  # fmt: skip
from kpi.sample.tickets import BOT, HUMAN, SPAM, Block, World, channel_fact

EMAIL, WEB, CHAT, PHONE = range(4)
MOST_REPLIES = 6
LONGEST_DELAY = 9 * 9 * 3600  # working seconds: even the slowest reply comes within nine working days


def whole(seconds: Floats) -> Ints:
    """Whole seconds, at least one."""
    return np.maximum(1, np.rint(seconds)).astype(np.int64)


class Teller:
    """Tells the story of one block into a log. Every draw is named and addressed by the number of the ticket."""

    def __init__(self, world: World, block: Block) -> None:
        self.world, self.block, self.draws, self.agents = world, block, world.draws, world.agents
        self.log = Log(block)

    def luck(self, what: str, ticket: Ints) -> Floats:
        return self.draws.uniform(what, self.block.row[ticket])

    def spread(self, what: str, ticket: Ints, sigma: float) -> Floats:
        return self.draws.lognormal(what, self.block.row[ticket], sigma)

    def load(self, instant: Ints) -> Floats:
        load = self.world.rhythm.load
        return load[np.clip(day_of(instant), 0, len(load) - 1)]

    def tell(self) -> Log:
        block = self.block
        everyone = np.arange(len(block.row))
        self._open(everyone)
        out = np.flatnonzero(block.kind >= SPAM)
        self.log.change(out, block.created[out] + whole(5400 * self.spread("thrown out", out, 1.0)), STATUS, THROWN_OUT[block.kind[out]])
        self._assistant(np.flatnonzero(block.kind == BOT))
        answered = self._queue(np.flatnonzero(block.kind == HUMAN))
        replied = self._first_reply(answered)
        replied = self._later_replies(answered, replied)
        solved = self._solve(answered, replied)
        solved = self._reopen(answered, solved)
        self.log.change(answered, solved + c.CLOSES_AFTER, STATUS, CLOSED)
        return self.log

    def _open(self, everyone: Ints) -> None:
        block, log = self.block, self.log
        log.change(everyone, block.created, STATUS, NEW)
        log.change(everyone, block.created, TEAM, block.team)
        abroad = np.flatnonzero(block.region > 0)
        log.change(abroad, block.created[abroad], SCHEDULE, block.region[abroad])
        asked = np.flatnonzero(~block.is_outbound)
        log.say(asked, block.created[asked], REQUESTER)
        out = np.flatnonzero(block.is_outbound)
        who = self.agents.pick(block.team[out], block.region[out], day_of(block.created[out]), self.luck("outbound agent", out))
        log.submitter[out] = who
        log.say(out, block.created[out], AGENT, who)
        receipt = asked[(block.channel[asked] <= WEB) & (block.kind[asked] == HUMAN)]
        log.say(receipt, block.created[receipt] + 2 + (18 * self.luck("receipt", receipt)).astype(np.int64), SYSTEM)

    def _assistant(self, ticket: Ints) -> None:
        """The assistant answers, asks once, and solves alone."""
        log, at = self.log, self.block.created[ticket] + 3
        log.say(ticket, at, ASSISTANT)
        asks = at + whole(45 * self.spread("asks the assistant", ticket, 0.6))
        log.say(ticket, asks, REQUESTER)
        log.say(ticket, asks + 4, ASSISTANT)
        log.change(ticket, asks + 64, STATUS, SOLVED)
        log.change(ticket, asks + 64 + c.CLOSES_AFTER, STATUS, CLOSED)

    def _queue(self, ticket: Ints) -> Ints:
        """Calls and chats wait; some give up, and their tickets are closed at once. Returns the tickets that get an answer."""
        block, log = self.block, self.log
        live = ticket[block.is_live[ticket]]
        mean = channel_fact("reply", block.channel[live]) * self.load(block.created[live]) ** 2
        busy = self.luck("queue", live) < 0.55
        wait = whole(np.where(busy, mean * self.draws.exponential("wait", block.row[live]), 1 + 7 * self.luck("rings", live)))
        most = channel_fact("patience", block.channel[live]) * self.draws.exponential("patience", block.row[live])
        at_once = self.luck("wrong number", live) < 0.006
        patience = whole(np.where(at_once, 1 + 4 * self.luck("hangs up", live), most))
        gone = wait > patience
        log.queue[live] = np.minimum(wait, patience)
        log.abandoned[live] = gone
        left = live[gone]
        log.change(left, block.created[left] + patience[gone], STATUS, CLOSED)
        out: Ints = ticket[log.abandoned[ticket] != 1]
        return out

    def _first_reply(self, ticket: Ints) -> Ints:
        block, log, agents = self.block, self.log, self.agents
        region, channel = block.region[ticket], block.channel[ticket]
        ready, live = block.created[ticket].copy(), block.is_live[ticket]
        out = block.is_outbound[ticket]
        ready[out] += whole(9000 * self.spread("answers the agent", ticket[out], 1.0))
        log.say(ticket[out], ready[out], REQUESTER)
        starts = next_open(region, ready)
        agent = agents.pick(block.team[ticket], region, day_of(np.where(live, ready, starts)), self.luck("agent", ticket))
        pace = np.array(c.PRIORITY_PACE)[block.priority[ticket]] * self.load(starts) ** 1.5
        delay = channel_fact("reply", channel) * pace * self.spread("first reply", ticket, c.REPLY_SIGMA)
        delay = np.minimum(delay, LONGEST_DELAY)
        before = 0.15 + 0.35 * self.luck("assigned", ticket)
        assigned = later(region, ready, delay * before)
        replied = later(region, assigned, delay * (1 - before) * agents.reply[agent])
        taken = ready + np.maximum(1, log.queue[ticket])
        assigned = np.where(live, taken, assigned)
        typed = taken + 2 + (20 * self.luck("types", ticket)).astype(np.int64)
        replied = np.where(channel == CHAT, typed, np.where(channel == PHONE, taken, replied))
        log.change(ticket, assigned, ASSIGNEE, agent)
        log.change(ticket, assigned, STATUS, OPEN)
        between = self.luck("between", ticket)
        noted = ~live & (self.luck("note", ticket) < 0.25)
        log.say(ticket[noted], (assigned + (replied - assigned) * between).astype(np.int64)[noted], AGENT, agent[noted], public=False)
        nudged = ~live & ~out & (replied - ready > 7200) & (self.luck("nudge", ticket) < 0.12)
        log.say(ticket[nudged], (ready + 600 + (replied - ready - 600) * between).astype(np.int64)[nudged], REQUESTER)
        log.say(ticket, replied, AGENT, agent)
        return replied

    def _needed(self, ticket: Ints) -> Ints:
        """How many replies a ticket takes before it is first solved."""
        agent = self.log.now["agent"][ticket]
        enough = channel_fact("one_touch", self.block.channel[ticket]) + self.agents.fcr[agent]
        enough = np.where(self.block.will_escalate[ticket], 0.0, enough)
        more = 2 + np.floor(np.log(self.luck("more replies", ticket)) / np.log(0.42)).astype(np.int64)
        return np.where(self.luck("one touch", ticket) < enough, 1, np.minimum(more, MOST_REPLIES))

    def _later_replies(self, answered: Ints, replied: Ints) -> Ints:
        """Until the ticket has had the replies it needs: pending, on hold, or straight on; escalation after the first."""
        block, log = self.block, self.log
        needed, last = self._needed(answered), replied.copy()
        for k in range(1, MOST_REPLIES):
            going = np.flatnonzero(needed > k)
            ticket, region, at = answered[going], block.region[answered[going]], last[going]
            escalates = block.will_escalate[ticket]
            sitting = (block.channel[ticket] == CHAT) & ~escalates  # the same chat goes on
            kin = np.where((block.channel[ticket] == CHAT) & escalates, EMAIL, block.channel[ticket])
            how, ready = self.luck(f"then {k}", ticket), at + 1
            passed = escalates & (k == 1)
            pending, held = ~passed & (how < 0.80), ~passed & (how >= 0.80) & (how < 0.90) & ~sitting
            log.change(ticket[pending], at[pending] + 1, STATUS, PENDING)
            gap = channel_fact("gap", kin) * self.spread(f"gap {k}", ticket, c.GAP_SIGMA)
            ready = np.where(pending, at + 1 + whole(gap), ready)
            log.say(ticket[pending], ready[pending], REQUESTER)
            log.change(ticket[held], at[held] + 1, STATUS, HOLD)
            ready = np.where(held, later(region, at + 1, 160_000 * self.spread(f"held {k}", ticket, 1.0)), ready)
            back = pending | held
            log.change(ticket[back], ready[back], STATUS, OPEN)
            ready = self._escalate(ticket, ready, passed)
            delay = channel_fact("again", kin) * self.spread(f"again {k}", ticket, c.AGAIN_SIGMA) * self.load(ready)
            delay = np.minimum(delay, LONGEST_DELAY)
            reply = np.where(sitting, ready + whole(delay), later(region, ready, delay))
            self._hand_over(k, ticket, ready, reply, sitting)
            log.say(ticket, reply, AGENT, log.now["agent"][ticket])
            last[going] = reply
        return last

    def _escalate(self, ticket: Ints, ready: Ints, passed: Flags) -> Ints:
        """To the technical team, a minute or more after the reply; returns when each ticket can go on."""
        who = ticket[passed]
        at = ready[passed] + 60 + (540 * self.luck("escalated", who)).astype(np.int64)
        technical = np.full(len(who), c.TEAM["Technical"])
        self.log.change(who, at, TEAM, technical)
        agent = self.agents.pick(technical, self.block.region[who], day_of(at), self.luck("specialist", who))
        self.log.change(who, at, ASSIGNEE, agent)
        ready = ready.copy()
        ready[passed] = at + 1
        return ready

    def _hand_over(self, k: int | str, ticket: Ints, ready: Ints, reply: Ints, sitting: Flags) -> None:
        """Another agent of the team takes over before the reply: by chance, or because the assignee has left."""
        log, agents = self.log, self.agents
        agent, left = log.now["agent"][ticket], agents.left[log.now["agent"][ticket]]
        gone = (left >= 0) & (left <= reply)
        other = agents.pick(log.now["team"][ticket], self.block.region[ticket], day_of(reply), self.luck(f"other {k}", ticket))
        moves = (gone | (~sitting & (self.luck(f"handed over {k}", ticket) < c.HANDED_OVER))) & (other != agent)
        log.change(ticket[moves], np.maximum(ready, reply - 1800)[moves], ASSIGNEE, other[moves])

    def _solve(self, ticket: Ints, replied: Ints) -> Ints:
        """Solved with the last reply, or left pending and solved by a rule after three days of silence."""
        channel, luck = self.block.channel[ticket], self.luck("wraps up", ticket)
        talk = whole(300 * self.spread("talks", ticket, 0.6))
        lag = np.where(channel == PHONE, talk, np.where(channel == CHAT, whole(60 + 400 * luck), whole(1 + 40 * luck)))
        silent = ~self.block.is_live[ticket] & (self.luck("silent", ticket) < c.AUTO_SOLVED)
        self.log.change(ticket[silent], (replied + lag)[silent], STATUS, PENDING)
        solved = replied + lag + np.where(silent, 3 * 86_400, 0)
        self.log.change(ticket, solved, STATUS, SOLVED)
        return solved

    def _reopen(self, answered: Ints, solved: Ints) -> Ints:
        """The requester writes again before the ticket closes. Sooner is likelier."""
        block, log, last = self.block, self.log, solved.copy()
        going = np.arange(len(answered))
        for again, chance in enumerate((c.REOPEN, c.REOPEN_AGAIN)):
            going = going[self.luck(f"reopens {again}", answered[going]) < chance]
            ticket, region = answered[going], block.region[answered[going]]
            at = last[going] + 300 + (self.luck(f"reopens when {again}", ticket) ** 2 * (c.CLOSES_AFTER - 3600)).astype(np.int64)
            log.say(ticket, at, REQUESTER)
            log.change(ticket, at, STATUS, OPEN)
            delay = np.minimum(7200 * self.spread(f"reopened {again}", ticket, c.AGAIN_SIGMA) * self.load(at), LONGEST_DELAY)
            reply = later(region, at, delay)
            thanks = self.luck(f"thanks {again}", ticket) < c.THANKS
            self._hand_over(f"reopened {again}", ticket, at, reply, np.zeros(len(ticket), dtype=bool))
            log.say(ticket[~thanks], reply[~thanks], AGENT, log.now["agent"][ticket][~thanks])
            log.change(ticket, reply + 5, STATUS, SOLVED)
            last[going] = reply + 5
        return last
