"""The sample company, declared: who it is, how it works, and which effects are planted in its history.

Everything here is made up. Numbers marked "points" are percentage points of CSAT and add up without ever leaving 0–100 %,
so that an effect on a ticket is exactly the number written here (see `Effects` and `kpi.sample.surveys`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

START = datetime(2024, 11, 1, tzinfo=UTC)
END = datetime(2026, 11, 1, tzinfo=UTC)  # not included: the last day of the history is 2026-10-31
CURRENCY = "EUR"


@dataclass(frozen=True)
class Effects:
    """Every planted effect and its size. `NOTHING` plants none; the machinery is the same."""

    base_points: float = 74.0  # the chance that a rating is good before any effect: the level, not an effect
    launch_product: str = "Mobile app"
    launch_day: date = date(2026, 5, 4)
    launch_days: int = 28
    launch_factor: float = 4.0  # tickets about the product, times this
    macro_team: str = "Billing"
    macro_day: date = date(2026, 3, 2)
    macro_saving: float = 0.20  # share of handle time saved on work started from that day
    fcr_points: float = 12.0  # one reply and never reopened, against anything else
    slow_points: float = 9.0  # lost by the slowest replies
    slow_from_hours: float = 8.0  # flat up to here (calendar hours to first reply) …
    slow_full_hours: float = 16.0  # … then a straight line down to here, then flat again
    channel_points: float = 1.0  # times `Channel.points`: chat is liked, e-mail is not (the confounder of the trap)
    trap_team: str = "Billing"
    trap_rival: str = "Front line"
    trap_points: float = 3.0  # trap_team is better than trap_rival by this in every channel
    agent_points: float = 2.5  # agents differ by up to ± this
    agent_handle_sd: float = 0.15  # sd of log handle time between agents
    agent_reply_sd: float = 0.20  # sd of log reply delay between agents
    agent_fcr: float = 0.04  # agents differ by up to ± this in the chance of a one-reply solve
    ces_points: float = 0.6  # one reply and never reopened, on the 1–7 ease scale
    cost_elasticity: float = 1.0  # of labour cost per ticket with respect to handle time
    answer_ratio: float = 1.35  # the happy answer a survey this much oftener than the unhappy


PLANTED = Effects()
NOTHING = Effects(
    base_points=84.0, launch_factor=1.0, macro_saving=0.0, fcr_points=0.0, slow_points=0.0, channel_points=0.0, trap_points=0.0, agent_points=0.0,
    agent_handle_sd=0.0, agent_reply_sd=0.0, agent_fcr=0.0, ces_points=0.0, cost_elasticity=0.0, answer_ratio=1.0,
)  # fmt: skip


@dataclass(frozen=True)
class Channel:
    """A way in. Times are medians in seconds; `points` move CSAT (times `Effects.channel_points`)."""

    name: str
    open_share: float  # of tickets arriving in working hours
    closed_share: float  # of tickets arriving outside them: nobody answers the phone then
    points: float
    one_touch: float  # chance that one reply is enough
    reply: float  # created to first reply; working time, or the queue where live
    again: float  # to a later reply
    gap: float  # the requester's own answer, all hours
    handle: float  # agent time on a ticket with one reply
    answers: float  # share of surveys answered, averaged over the happy and the unhappy
    billing: float  # share of tickets that are about money
    live: bool = False  # has a queue and can be abandoned
    patience: float = 0.0  # mean wait before giving up
    spam: float = 0.0
    bot: float = 0.0  # solved by the assistant alone


CHANNELS = (
    Channel("email", 0.33, 0.60, -6.0, 0.70, 3300, 6600, 60000, 400, 0.25, 0.50, spam=0.045),
    Channel("web", 0.16, 0.30, -5.0, 0.71, 3500, 6600, 60000, 400, 0.23, 0.42, spam=0.02),
    Channel("chat", 0.28, 0.0, 6.0, 0.85, 62, 70, 90, 430, 0.34, 0.04, live=True, patience=950, bot=0.10),
    Channel("phone", 0.17, 0.0, 4.0, 0.85, 80, 5400, 72000, 390, 0.28, 0.05, live=True, patience=950),
    Channel("social", 0.06, 0.10, -6.0, 0.66, 2200, 4000, 7200, 300, 0.17, 0.10, spam=0.05),
)
REPLY_SIGMA = 1.05
AGAIN_SIGMA = 1.0
GAP_SIGMA = 1.5
HANDLE_SIGMA = 0.6


@dataclass(frozen=True)
class Team:
    """A team, its share of the agents, its loaded hourly cost, its touch on handle time."""

    name: str
    agents: float
    hourly_cost: float
    handle: float
    tier: int
    points: float = 0.0  # CSAT points; the trap team's are `Effects.trap_points`


TEAMS = (
    Team("Front line", 0.47, 25.0, 0.95, 1),
    Team("Billing", 0.20, 27.0, 1.0, 1),
    Team("Technical", 0.23, 33.0, 1.55, 2),
    Team("VIP", 0.10, 31.0, 1.1, 1),
)
TEAM = {team.name: index for index, team in enumerate(TEAMS)}
AGENTS = 30  # at least; one more for every TICKETS_PER_AGENT beyond
TICKETS_PER_AGENT = 7_500


@dataclass(frozen=True)
class Topic:
    """What a ticket is about. `desk` says who knows the answer; `tags` are put on some of its tickets."""

    name: str
    desk: str  # general, billing or technical
    share: float  # within its desk
    type: str
    tags: tuple[str, ...]


TOPICS = (
    Topic("How to", "general", 0.30, "question", ("how-to", "docs")),
    Topic("Login", "general", 0.22, "problem", ("login", "2fa")),
    Topic("Delivery", "general", 0.20, "question", ("delivery", "carrier")),
    Topic("Account change", "general", 0.16, "request", ("account",)),
    Topic("Feature request", "general", 0.12, "request", ("feature-request", "feedback")),
    Topic("Invoice", "billing", 0.34, "question", ("invoice", "vat")),
    Topic("Refund", "billing", 0.26, "request", ("refund",)),
    Topic("Payment failed", "billing", 0.25, "problem", ("payment", "card")),
    Topic("Plan change", "billing", 0.15, "request", ("plan", "cancellation")),
    Topic("Bug", "technical", 0.40, "incident", ("bug", "regression")),
    Topic("Integration", "technical", 0.25, "problem", ("api", "webhook")),
    Topic("Performance", "technical", 0.15, "incident", ("slow", "timeout")),
    Topic("Data import", "technical", 0.20, "question", ("import", "csv")),
)
TECHNICAL_SHARE = 0.36  # of tickets that are not about money
STRAIGHT_TO_TECHNICAL = 0.35  # of those, routed there at once; the rest meet the front line first
ESCALATED = {"general": 0.01, "billing": 0.03, "technical": 0.30}  # by the first team to the technical one

PRODUCTS = {"Payments": 0.26, "Inventory": 0.22, "Storefront": 0.25, "Shipping": 0.15, "Mobile app": 0.12}
PRIORITIES = ("low", "normal", "high", "urgent")
PRIORITY_SHARES = (0.16, 0.62, 0.17, 0.05)
PRIORITY_SHARES_VIP = (0.06, 0.52, 0.30, 0.12)
PRIORITY_PACE = (1.4, 1.0, 0.6, 0.35)  # times the reply delay
REPLY_PROMISE = (28_800, 14_400, 9_000, 5_400)  # working seconds, by priority (not for live channels)
LIVE_REPLY_PROMISE = 120  # seconds, phone and chat
SOLVE_PROMISE = (50 * 3600, 32 * 3600, 18 * 3600, 10 * 3600)  # working seconds, by priority


@dataclass(frozen=True)
class Segment:
    name: str
    share: float
    contacts: float  # relative chance to write in
    stays_years: float  # mean
    nps_promoters: float
    nps_detractors: float


SEGMENTS = (
    Segment("Starter", 0.62, 0.45, 4.0, 0.47, 0.19),
    Segment("Business", 0.31, 0.70, 8.0, 0.52, 0.16),
    Segment("Enterprise", 0.07, 1.00, 14.0, 0.55, 0.13),
)
TICKETS_PER_CUSTOMER = 4
FOLLOW_UP = 0.07  # of tickets: the same requester again within days


@dataclass(frozen=True)
class Region:
    """A group of countries served under one schedule. `residues` are its customers' numbers modulo 12."""

    name: str
    zone: str
    hours: dict[str, tuple[str, ...]]
    holidays: tuple[str, ...]
    override: dict[str, tuple[str, ...]]
    countries: tuple[tuple[str, str, float], ...]  # country, language, share
    residues: tuple[int, ...]


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REGIONS = (
    Region(
        "Europe", "Europe/Berlin",
        {**dict.fromkeys(WEEKDAYS[:4], ("08:00-19:00",)), "fri": ("08:00-18:00",), "sat": ("09:00-12:00", "13:00-15:00")},
        ("2024-12-25", "2024-12-26", "2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-05-29", "2025-06-09", "2025-10-03",
         "2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-10-03",
         "2026-12-25", "2026-12-26"),
        dict.fromkeys(("2024-12-24", "2024-12-31", "2025-12-24", "2025-12-31"), ("09:00-13:00",)),
        (("Germany", "de", 0.34), ("United Kingdom", "en", 0.26), ("France", "fr", 0.18), ("Netherlands", "en", 0.12),
         ("Spain", "es", 0.10)),
        (0, 1, 2, 3, 4, 5, 6),
    ),
    Region(
        "Americas", "America/New_York",
        {**dict.fromkeys(WEEKDAYS[:5], ("08:00-18:30",)), "sat": ("10:00-15:00",)},
        ("2024-11-11", "2024-11-28", "2024-12-25", "2025-01-01", "2025-01-20", "2025-05-26", "2025-06-19", "2025-07-04", "2025-09-01",
         "2025-11-11", "2025-11-27", "2025-12-25", "2026-01-01", "2026-01-19", "2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07",
         "2026-11-11", "2026-11-26", "2026-12-25"),
        dict.fromkeys(("2024-11-29", "2025-11-28"), ("10:00-15:00",)),
        (("United States", "en", 0.66), ("Canada", "en", 0.16), ("Mexico", "es", 0.12), ("Brazil", "pt", 0.06)),
        (7, 8, 9, 10, 11),
    ),
)  # fmt: skip

WEEKDAY_FACTORS = (1.34, 1.22, 1.16, 1.12, 1.06, 0.62, 0.48)  # Monday first; tickets of a day against the mean day
YEAR_SWING = 0.14  # the year's peak above its mean …
YEAR_PEAK_DAY = 345  # … around this day of the year
GROWTH = 0.10  # a year
HOLIDAY_FACTOR = 0.45
DAY_NOISE_SD, DAY_NOISE_PHI = 0.08, 0.4  # log volume wanders from day to day, with memory

REOPEN = 0.06  # chance that a solved ticket is reopened …
REOPEN_AGAIN = 0.15  # … and once more
CLOSES_AFTER = 4 * 86_400  # seconds after the last solve
THANKS = 0.2  # of reopenings: only a thank-you, solved again without a reply
AUTO_SOLVED = 0.10  # of last replies: left pending, solved by a rule after three silent days
HANDED_OVER = 0.05  # chance of another agent before each later reply
MERGED, DELETED, OUTBOUND = 0.012, 0.006, 0.04

OCCUPANCY, UTILISATION = 0.775, 0.83
OVERHEAD = {"software": 0.55, "equipment": 0.12, "facilities": 0.28, "training": 0.15}  # a handled ticket
BENEFITS = 0.22  # of labour cost

CSAT_OFFERED, CES_OFFERED, REVIEWED = 0.80, 0.15, 0.02
GOOD_SCORES = {5: 0.70, 4: 0.30}
BAD_SCORES = {3: 0.45, 2: 0.20, 1: 0.35}
CES_MEAN = 5.2
NPS_INVITED, NPS_ANSWERED = 0.35, 0.28


@dataclass(frozen=True)
class Category:
    """A row of the quality score card, rated 1–5."""

    name: str
    weight: float
    is_critical: bool
    mean: float
    not_applicable: float = 0.0


SCORE_CARD = (
    Category("Solution", 4, False, 4.3),
    Category("Tone", 2, False, 4.5),
    Category("Language", 1, False, 4.6),
    Category("Process", 2, False, 4.1, 0.12),
    Category("Privacy", 1, True, 4.8, 0.05),
)


def is_nothing(effects: Effects) -> bool:
    """True when no effect is planted."""
    return all(getattr(effects, f.name) == getattr(NOTHING, f.name) for f in fields(Effects))
