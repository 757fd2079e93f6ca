"""The measured tables as the families name them."""

from kpi.metric import at_instants, measured

tickets = measured("tickets")
replies = measured("replies")
surveys = measured("surveys")
quality_reviews = measured("quality_reviews")
agent_time = measured("agent_time")
cost_days = measured("cost_days")
open_at = at_instants("open_spans")
solved_at = at_instants("solved_spans")
customers_at = at_instants("customers")
