"""Words that no declaration holds: what the field calls a metric, how other tools count it, and the words every definition is written in."""

from __future__ import annotations

from kpi import forms

ALSO: dict[str, tuple[str, ...]] = {
    "tickets_created": ("ticket volume", "inflow", "new cases", "contacts"),
    "tickets_solved": ("throughput", "resolved", "closed conversations"),
    "tickets_active": ("open tickets", "unresolved"),
    "tickets_pending": ("waiting on customer", "awaiting reply"),
    "backlog": ("open tickets", "unsolved", "queue", "work in progress", "WIP"),
    "backlog_age": ("ageing", "aging", "age of open tickets"),
    "net_flow": ("created minus solved", "backlog growth"),
    "days_of_backlog": ("backlog days", "runway"),
    "tickets_per_agent": ("productivity", "load", "caseload"),
    "first_reply_time": ("FRT", "first response time", "time to first response", "TTFR"),
    "reply_time": ("next reply time", "NRT", "average response time", "ART"),
    "queue_time": ("wait time", "delay in queue", "time to answer"),
    "requester_wait_time": ("customer wait", "time with us"),
    "agent_wait_time": ("pending time", "waiting for the customer"),
    "hold_time": ("on-hold time", "third party"),
    "unassigned_time": ("time to assignment", "triage time", "first assignment"),
    "first_resolution_time": ("time to resolution", "TTR", "MTTR", "time to resolve"),
    "full_resolution_time": ("time to resolution", "TTR", "MTTR", "mean time to resolve", "cycle time", "time to close"),
    "work_resolution_time": ("net resolution time", "user resolution time"),
    "resolved_within": ("resolution SLA", "on-time resolution"),
    "first_reply_within": ("response SLA", "on-time response"),
    "first_contact_resolution": ("FCR", "FTR", "first time fix", "first call resolution"),
    "one_touch": ("one-touch resolution", "single touch"),
    "zero_touch": ("no-touch", "auto-resolved"),
    "replies_per_resolution": ("touches", "replies per ticket", "interactions"),
    "reopen_rate": ("reopened", "bounce"),
    "escalation_rate": ("escalated", "tier 2"),
    "reassignment_rate": ("transfers", "handoffs", "bouncing"),
    "next_issue_avoidance": ("NIA", "repeat contact", "recontact"),
    "sla_attainment": ("SLA", "service level agreement", "due date", "breach"),
    "reply_sla_attainment": ("SLA", "response SLA"),
    "quality_score": ("IQS", "internal quality score", "QA", "QA score", "quality assurance"),
    "csat": ("customer satisfaction", "C-SAT", "happiness score"),
    "csat_mean": ("customer satisfaction", "average rating", "stars"),
    "dsat": ("dissatisfaction", "bad ratings"),
    "nps": ("net promoter score", "loyalty", "recommendation"),
    "ces": ("CES", "customer effort score", "ease"),
    "survey_response_rate": ("response rate", "participation"),
    "service_level": ("SL", "80/20", "telephone service factor", "TSF"),
    "speed_of_answer": ("ASA", "average speed of answer"),
    "abandonment_rate": ("abandon rate", "ABA", "hang-ups", "lost calls"),
    "handle_time": ("AHT", "average handle time", "talk time"),
    "occupancy": ("utilization", "agent occupancy"),
    "utilisation": ("utilization", "availability"),
    "cost_per_ticket": ("CPT", "cost per contact", "CPC"),
    "cost_per_resolution": ("CPR", "cost per solved ticket"),
    "tickets_per_agent_hour": ("TPH", "solved per hour", "productivity"),
    "retention_rate": ("customer retention", "CRR"),
    "churn_rate": ("customer churn", "attrition"),
    "contact_rate": ("contacts per customer", "propensity to contact"),
}
"""Metric -> what else it is called; searched along with the declaration."""

ELSEWHERE: dict[str, str] = {
    "first_reply_time": "Zendesk starts at the creation too. Chatwoot starts anew after a reopening; Zammad takes pending time out; Plain and "
    "Gorgias start at the customer's first message; Freshdesk counts public notes as replies.",
    "reply_time": "dbt_zendesk sums the waits of a ticket. ERPNext takes the mean gap between replies.",
    "first_resolution_time": "Zendesk and dbt_zendesk agree. Intercom's export starts at the customer's first reply.",
    "full_resolution_time": "Zendesk and dbt_zendesk agree, but count whole minutes. Frappe Helpdesk takes time on hold out; Help Scout asks for at "
    "least one reply; Gorgias starts at the first customer message.",
    "requester_wait_time": "dbt_zendesk agrees, but counts the minute boundaries a stretch crosses: up to a minute off for each.",
    "resolved_within": "Many tools drop the tickets that are still open past the limit, which flatters a growing backlog.",
    "first_contact_resolution": "Help Scout and Zoho count one reply (variant A), Freshservice no further customer message (B), Intercom one close by "
    "one teammate (C), Medallia asks the customer (F), Zammad looks for a close within 15 minutes (G).",
    "one_touch": "Zendesk's older formula counts fewer than two replies, so tickets without any reply count too; dbt_zendesk counts an agent's opening "
    "message.",
    "reopen_rate": "dbt_zendesk takes solves less one, and so misses a reopening that is not solved again yet. Plain counts a snooze that ends.",
    "backlog": "dbt_zendesk agrees at the end of a UTC day. Zammad calls created less closed the backlog: that is net flow.",
    "net_flow": "Zammad calls it backlog.",
    "tickets_solved": "Intercom counts every close as an event; Chatwoot counts a resolution only while it lasts.",
    "sla_attainment": "ServiceNow averages the days' shares of breached issues. Where a tool recorded the verdict itself, that verdict is taken.",
    "csat": "Chatwoot and Zendesk agree. Freshdesk and Simplesat keep neutral answers below the line; Intercom offers the mean instead.",
    "quality_score": "Zendesk QA agrees: weights over the rated categories only, and a failed critical category makes the review 0.",
    "handle_time": "Intercom takes the time a conversation is open and assigned, which is longer than anybody works on it.",
    "service_level": "Four published formulas differ in what they do with callers who hang up: 81 to 86 % on one and the same set of calls.",
    "abandonment_rate": "Tools differ in how soon a caller may hang up without counting: never, 5 s or 10 s.",
    "occupancy": "COPC and ICMI use occupancy and utilisation for different pairs of times: compare formulas, not names.",
    "cost_per_ticket": "MetricNet divides by tickets handled. What belongs to the costs (rooms, training, licences) matters more than the divisor.",
}
"""Metric -> how other help desks count it, where that is known to differ."""

GLOSSARY: dict[str, str] = {
    "Ticket": "One customer issue, one row. Elsewhere: case, conversation, incident, request. Deleted, spam and merged ones never count.",
    "Requester": "Who asks. Elsewhere: customer, contact, end user.",
    "Agent": "A human who answers for us. Bots, rules and automatic replies are not agents.",
    "Team, channel": "The group a ticket belongs to; the way it came in.",
    "Reply": "A public message by a human agent. A private note never is one, nor is an agent's opening message, nor a bot.",
    "Created": "When the ticket came to be; clocks start here.",
    "Solved": "Done, as the agent says. A solved ticket can reopen. Elsewhere: resolved, done.",
    "Closed": "Locked for good; it cannot reopen. Where a ticket was closed without being solved, the close stands in for the solve.",
    "Reopened": "From solved or closed back to an unsolved status, whether or not it was solved again.",
    "New, open": "With us: nobody, or somebody, works on it.",
    "Pending": "With the customer: we wait for an answer.",
    "On hold": "With us, but blocked by a third party.",
    "Backlog": "What is unsolved at an instant (new, open, pending, on hold): a stock. Created and solved are flows.",
    "Business, calendar": "Inside the working hours of the calendar, or all hours of the clock. It is always said which.",
    "Unknown": "Not recorded, or not readable. It is never taken for 0: it leaves both sides of a share, and how many there were is said.",
    "Median, p90": "Half, or nine tenths, of the tickets took at most so long. A few endless tickets move the mean, but not these.",
    "95 % interval": "The range that chance leaves open for a number. A change is beyond noise where the interval of the difference leaves out 0.",
    "n": "How many rows stand behind a number.",
    "Period": "A time belongs to the period in which its clock ended: a reply to the week of the reply, a ticket created to the week of its creation.",
    "Benchmark, target": "What others reach; what we want to reach.",
}
"""The words definitions are written in, each with one meaning."""

INTERVALS: dict[type, str] = {
    forms.Total: "None: everything is counted, so chance plays no part.",
    forms.Difference: "None: two full counts.",
    forms.Ratio: "None: both sums are full counts.",
    forms.Share: "Wilson's, 95 %; none below 10 rows. Wider where answers hang together by agent, if asked for.",
    forms.Mean: "Student's t, 95 %.",
    forms.Nps: "Adjusted Wald (Rocks 2016), 95 %; none below 30 answers.",
    forms.Duration: "Order statistics for a median or percentile, Student's t for a mean, 95 %. Kaplan-Meier where tickets count by creation and "
    "more than 5 % are still open.",
    forms.Spread: "None: everything open at that instant is counted.",
}
"""Form -> how its interval is made."""
