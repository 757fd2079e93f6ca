"""An example or two of each command, for docs/command-line.md."""

EXAMPLES = {
    "read": ["kpi read tickets.csv messages.csv"],
    "compute": [
        "kpi compute tickets.csv surveys.csv --metric csat first_reply_time --by week --split channel --format table",
        "kpi compute tickets.csv --from 2026-03-02 --to 2026-03-29 --compare previous --format csv",
        "kpi compute tickets.csv --metric full_resolution_time --statistic p90 --clock business --calendar calendar.toml --zone Europe/Berlin",
        "kpi compute tickets.csv --metric resolved_within --param resolved_within=8h --where channel=email priority=high",
    ],
    "check": ["kpi check tickets.csv surveys.csv --targets targets.toml --calendar calendar.toml"],
    "correlate": [
        "kpi correlate tickets.csv surveys.csv messages.csv --pair first_contact_resolution csat --format table",
        "kpi correlate tickets.csv surveys.csv messages.csv --by week --metric csat backlog",
    ],
    "explain": [
        "kpi explain tickets.csv surveys.csv --metric csat --period 2026-05 --against 2026-04 --events events.csv --format table",
        "kpi explain tickets.csv --metric full_resolution_time --segment channel=email --against chat --by team",
    ],
    "what-if": [
        "kpi what-if tickets.csv messages.csv agent_time.csv costs.csv --set handle_time=8m tickets_per_week=60 --format table",
        "kpi what-if tickets.csv agent_time.csv costs.csv --set hourly_cost=30",
    ],
    "tickets": ["kpi tickets tickets.csv messages.csv --calendar calendar.toml -o all.parquet"],
    "metrics": ["kpi metrics --format table"],
    "sample": ["kpi sample --tickets 500 --seed 7 -o company"],
}
"""Run one by one in tests/docs, in a folder that holds the sample company."""
