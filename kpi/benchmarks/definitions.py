"""What a published figure counts, and whether that is what ours counts: the vocabulary of `data/benchmarks.csv`.

Two figures under one name are often two things: a top-box share beside a top-two-box share, talk time beside handle time, a call centre's
first contact resolution asked of customers beside one read from tickets. Every row of the file names its definition, and each definition
says here whether it is ours ("same"), close enough to stand beside it with a caveat ("near"), or another thing ("other").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kpi.catalogue import CATALOGUE
from kpi.metric import FCR_VARIANTS, PARAMS, Ask

SAME, NEAR, OTHER = "same", "near", "other"
OURS = "same"
"""The definition of a row that somebody added and that counts as Deskmeter does."""
KINDS = {
    "average": "average",
    "median": "median organisation",
    "range": "a range without a middle",
    "bound": "only an upper or lower bound",
    "target": "a target, not what others reach",
    "band": "how many organisations lie in a band, not what is usual",
    "part": "only the best or the weakest, not the field",
    "single": "one organisation, not a field",
}
"""What a figure is over organisations. Only averages and medians can stand beside a value; the words of the others say why not."""
MIDDLES = ("average", "median")
UNITS = ("s", "%", "points", "score", "ratio", "count")
"""Units a figure may have beside the codes of currencies."""
STATISTICS = ("share", "score", "ratio", "mean", "median", "")
"""What a figure is over the tickets of an organisation; empty where a time does not say whether it is a mean or a median."""
CHANNELS = {
    "all": "all channels",
    "phone": "phone",
    "email": "e-mail",
    "chat": "live chat",
    "social": "social media",
    "web form": "web form",
    "self-service": "self-service",
    "AI agent": "AI agent",
}
ALL = "all"
_SPOKEN = {
    "phone": "phone,telephone,voice,call,calls,phone call,inbound call",
    "email": "email,e-mail,mail",
    "chat": "chat,live chat,web chat,webchat",
    "social": "social,social media,facebook,twitter,instagram,x",
    "web form": "web,web form,webform,form,online form",
}
_KNOWN_AS = {word: channel for channel, words in _SPOKEN.items() for word in words.split(",")}
INDUSTRIES = (
    ALL,
    *"automotive,construction,education,energy and utilities,entertainment,financial services,healthcare,insurance,IT service desk".split(
        ","
    ),
    *"logistics,manufacturing,professional services,public sector,real estate,retail,technology,telecom,travel".split(","),
)


@dataclass(frozen=True)
class Definition:
    """What the figures under a (metric, code) count. `fit` is same, near or other; `why` the caveat of the near, the reason against the other.

    `when` are switches of ours under which it is the same thing at all (`first_contact_resolution` = "F", `service_level` = 20 seconds,
    `days` = a length of period from, to).
    """

    metric: str
    code: str
    fit: str
    why: str = ""
    when: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Context:
    """A published number that is none of our metrics: shown as a figure refused beside `beside`, with the reason, never compared."""

    label: str
    unit: str
    beside: tuple[str, ...]
    why: str


_WAIT = {"clock": "calendar"}
_ONE_COPY = "first level only; ours spreads the cost of all levels over all tickets"
_DEFINITIONS = (
    Definition(
        "abandonment_rate", "calls", NEAR, "whether callers who leave within seconds count is not said; ours leave out the quickest"
    ),
    Definition("ces", "high_effort", OTHER, "the share of customers with high effort, where ours is a mean score"),
    Definition("cost_per_resolution", "journey", OTHER, "a customer's whole journey over several contacts"),
    Definition("cost_per_ticket", "level_1", NEAR, _ONE_COPY),
    Definition("cost_per_ticket", "per_ticket", NEAR, "which costs are in it is not said"),
    *(
        Definition("cost_per_ticket", code, OTHER, f"only tickets that reach {where}; ours are all tickets")
        for code, where in (("level_2", "the second level"), ("level_3", "the third level"), ("onsite", "somebody on site"))
    ),
    Definition("cost_per_ticket", "vendor", OTHER, "only tickets that reach the vendor; ours are all tickets"),
    Definition("cost_per_ticket", "cumulative", OTHER, "first and second level added up for tickets that reach the second"),
    Definition("csat", "good", NEAR, "theirs are good against bad ratings; on a scale of five ours counts 4 and 5 as good"),
    Definition("csat", "top_box", OTHER, "top box only: the best answer alone counts; ours counts the two best of five"),
    Definition("csat", "three_to_five", OTHER, "3, 4 and 5 of 5 count as satisfied; ours counts 4 and 5"),
    Definition("csat", "provider", OTHER, "asks about the provider as a whole, not about a contact with support"),
    Definition("csat", "complaint", OTHER, "asks only those who complained, about how it was handled"),
    Definition("csat", "good_changed", OTHER, "made by a changed method that its publisher calls not comparable with the usual one"),
    Definition("csat", "unstated", OTHER, "does not say which answers count as satisfied"),
    Definition("csat_mean", "mean_of_5", SAME),
    Definition("escalation_rate", "to_level_2", NEAR, "issues passed to a second level; ours are tickets that moved to a higher tier"),
    Definition("escalation_rate", "ai_handover", OTHER, "hand-overs from a machine to a person"),
    Definition(
        "first_contact_resolution",
        "survey",
        NEAR,
        "customers were asked; ours is what the tool or the customer says",
        {"first_contact_resolution": "F"},
    ),
    Definition(
        "first_contact_resolution",
        "one_agent",
        NEAR,
        "resolved by the first agent who took the call; ours is closed once with one agent",
        {"first_contact_resolution": "C"},
    ),
    Definition("first_contact_resolution", "unstated", OTHER, "does not say how a first contact is counted"),
    Definition("first_reply_time", "reply", SAME, when=_WAIT),
    Definition("first_reply_time", "mystery", OTHER, "mystery shopping: a test question asked from outside, not a company's own tickets"),
    Definition("full_resolution_time", "full", SAME, when=_WAIT),
    Definition("full_resolution_time", "after_handover", OTHER, "counted from the hand-over by a machine, not from the creation"),
    Definition("handle_time", "handled", NEAR, "the source calls it call handling time; whether wrap-up is in it is not said"),
    Definition("handle_time", "talk", OTHER, "talk time only: hold and wrap-up are missing"),
    Definition("handle_time", "chat_length", OTHER, "how long a chat lasts, not an agent's time on it: agents hold several at once"),
    Definition("nps", "relationship", NEAR, "asked of a company's customers at any time; it compares only if yours asks the same way"),
    Definition("occupancy", "handling", NEAR, "what counts as handling is not said"),
    Definition("one_touch", "under_two", OTHER, "fewer than two replies: tickets without any reply count too; ours has exactly one"),
    Definition("one_touch", "calls", OTHER, "the share of calls that needed no other call; ours are tickets with one reply"),
    Definition("quality_score", "iqs", NEAR, "every team weighs its own scorecard"),
    Definition("reopen_rate", "reopened", NEAR, "of which tickets is not said; ours is of those ever solved"),
    Definition("replies_per_resolution", "emails", SAME),
    Definition("retention_rate", "per_year", NEAR, "customers kept over a year", {"days": (360, 370)}),
    Definition("retention_rate", "by_journey", OTHER, "how many stay after a journey over so many channels, not over a period"),
    Definition("service_level", "within_20s", SAME, when={"service_level": 20.0}),
    Definition("service_level", "within_37s", SAME, when={"service_level": 37.0}),
    Definition("service_level", "served", OTHER, "callers who reached somebody at all, however late"),
    Definition("speed_of_answer", "wait", SAME),
    Definition("speed_of_answer", "chat_pickup", NEAR, "from the start of a chat until an agent takes it"),
    Definition("speed_of_answer", "ringing", OTHER, "without the time in the queue"),
    Definition("tickets_per_agent", "per_month", NEAR, "tickets handled in a month; ours are solved", {"days": (27, 32)}),
    Definition("utilisation", "handling_of_paid", OTHER, "handling time of paid time; ours is ready time of paid time"),
    Definition("utilisation", "on_phone", OTHER, "minutes of an hour on the phone; ours is ready time of paid time"),
)
DEFINITIONS = {(d.metric, d.code): d for d in _DEFINITIONS}
"""(metric, code) -> what such figures count."""

_BRAND = "an index of how satisfied people are with a whole brand, not an answer about a contact with support"
CONTEXT = {
    "csat_index": Context("Index of satisfaction with a brand", "ratio", ("csat",), _BRAND),
    "agent_attrition": Context("Agents who leave in a year", "%", (), "about staff; Deskmeter has no metric for it"),
    "agent_replacement_cost": Context("Cost of replacing an agent", "currency", (), "about staff; Deskmeter has no metric for it"),
    "agent_satisfaction": Context("Satisfied agents", "%", (), "about staff; Deskmeter has no metric for it"),
    "contacts_per_resolution": Context(
        "Calls per resolved issue", "ratio", ("replies_per_resolution",), "calls by the customer, not replies by an agent"
    ),
    "cost_per_contact": Context(
        "Cost per contact", "currency", ("cost_per_ticket", "cost_per_resolution"), "per contact: a ticket may take several"
    ),
    "no_response_rate": Context("Left without a reply", "%", ("answer_rate",), "messages left unanswered, found from outside"),
    "one_contact_resolution": Context(
        "One contact resolution", "%", ("first_contact_resolution",), "one contact over all channels, asked of customers"
    ),
    "self_service_deflection": Context(
        "Solved in self-service or by a machine", "%", (), "before a ticket exists; the data hold tickets only"
    ),
    "self_service_usage": Context("Use of self-service", "%", (), "before a ticket exists; the data hold tickets only"),
    "ticket_volume": Context("Tickets of a company", "ratio", ("tickets_created",), "says how large others are, not how good"),
    "time_to_abandon": Context("Time until callers give up", "s", ("abandonment_rate",), "how long those who gave up had waited"),
    "unresolved_rate": Context("Contacts that end unresolved", "%", ("resolution_rate",), "asked of customers after a contact"),
}
"""Published numbers that are none of our metrics."""
CONTEXT_DEFINITIONS = {
    "csat_index": {"acsi": "ACSI", "ccsi": "CCSI", "ccsi_agents": "CCSI, satisfaction with agents", "ukcsi": "UKCSI"},
    "agent_attrition": {"per_year": "in a year"},
    "agent_replacement_cost": {"per_agent": "per agent"},
    "agent_satisfaction": {"survey": "survey of agents"},
    "contacts_per_resolution": {"calls": "calls"},
    "cost_per_contact": {"per_contact": "per contact"},
    "no_response_rate": {"mystery": "mystery shopping", "social": "messages on social media"},
    "one_contact_resolution": {"survey": "survey of customers"},
    "self_service_deflection": {
        "vendor_ai": "by a vendor's machine",
        "by_bot": "wholly or partly by a bot",
        "journeys": "journeys that end in self-service",
        "cases": "cases avoided",
    },
    "self_service_usage": {"survey": "survey of customers"},
    "ticket_volume": {"per_company": "per company", "per_orders": "per 100 orders"},
    "time_to_abandon": {"calls": "calls"},
    "unresolved_rate": {"survey": "survey of customers"},
}
"""The definitions of numbers that are only context, in words."""


def channel_of(value: str) -> str:
    """The benchmarks' name of a channel as an export calls it ("Voice" -> "phone"); "" when it is none of those."""
    return _KNOWN_AS.get(" ".join(value.replace("_", " ").casefold().split()), "")


def definition_of(metric: str, code: str) -> Definition | None:
    """What a (metric, code) counts; None when nobody says. A row that somebody added as counted like ours is the same."""
    if code == OURS and metric in CATALOGUE:
        return Definition(metric, code, SAME)
    return DEFINITIONS.get((metric, code))


def codes_of(metric: str) -> tuple[str, ...]:
    """The definitions a row of a metric may name."""
    if metric in CONTEXT:
        return tuple(CONTEXT_DEFINITIONS[metric])
    return (OURS, *(code for name, code in DEFINITIONS if name == metric))


def unmet(definition: Definition, ask: Ask, days: float | None) -> str:
    """Why figures of a definition cannot stand beside a value asked like this; "" when they can. `days` is how long its period is."""
    for switch, wanted in definition.when.items():
        if switch == "clock" and ask.clock != wanted:
            return "counts all hours, where ours counts working hours"
        if switch == "days" and (days is None or not wanted[0] <= days <= wanted[1]):
            return f"is for {'a year' if wanted[0] > 300 else 'a month'}, where ours is for {'no known period' if days is None else f'{days:.0f} days'}"
        if switch == "service_level" and ask.seconds(switch) != wanted:
            return f"answered within {wanted:g} s, where ours is within {ask.seconds(switch):g} s"
        if switch in PARAMS and PARAMS[switch].kind == "choice" and ask.choice(switch) != wanted:
            return f"{definition.why.partition(';')[0]}; ours is “{FCR_VARIANTS[ask.choice(switch)]}”"
    return ""
