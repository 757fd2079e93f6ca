"""Zendesk as Fivetran lays it out in a warehouse: the tables ticket, ticket_field_history, ticket_comment and user, as CSV or Parquet.

Statuses come from the field history, replies from the comments, and the users say who of the authors is an agent and what agents are
called. Requesters stay ids. Times are UTC. Source: the seeds of fivetran/dbt_zendesk.
"""

from __future__ import annotations

from kpi.cells import choice, flag, identifier, instant, status, text
from kpi.sources._source import Source
from kpi.sources.zendesk import STATES

TICKET = Source(
    name="zendesk_warehouse_tickets",
    label="Zendesk in a warehouse (ticket)",
    tool="zendesk",
    fills="tickets",
    signs=(("id", "_fivetran_synced", "requester_id", "via_channel"),),
    utc=True,
    columns={
        "ticket_id": identifier("id"),
        "created_at": instant("created_at"),
        "updated_at": instant("updated_at"),
        "due_at": instant("due_at"),
        "status": status("status", words=STATES),
        "channel": text("via_channel"),
        "priority": text("priority"),
        "type": text("type"),
        "product_area": identifier("brand_id"),
        "team": identifier("group_id"),
        "agent": identifier("assignee_id"),
        "requester": identifier("requester_id"),
        "submitter": identifier("submitter_id"),
        "organization": identifier("organization_id"),
        "url": text("url"),
    },
    skip=(
        "_fivetran_synced", "_fivetran_deleted", "recipient", "external_id", "forum_topic_id", "problem_id", "merged_ticket_ids", "followup_ids",
        "via_source_from_id", "via_source_from_title", "via_source_from_address", "via_source_to_address", "via_source_to_name",
        "via_followup_source_id", "allow_channelback", "system_client",
    ),
)  # fmt: skip

HISTORY = Source(
    name="zendesk_warehouse_changes",
    label="Zendesk in a warehouse (ticket_field_history)",
    tool="zendesk",
    fills="changes",
    signs=(("field_name", "ticket_id", "updated", "value"),),
    utc=True,
    columns={
        "ticket_id": identifier("ticket_id"),
        "changed_at": instant("updated"),
        "field": text("field_name", words={"assignee_id": "agent", "group_id": "team"}),
        "new": text("value", words={"on-hold": "hold"}),
    },
)

COMMENT = Source(
    name="zendesk_warehouse_messages",
    label="Zendesk in a warehouse (ticket_comment)",
    tool="zendesk",
    fills="messages",
    signs=(("ticket_id", "created", "public", "user_id", "body"),),
    utc=True,
    columns={
        "ticket_id": identifier("ticket_id"),
        "sent_at": instant("created"),
        "author": identifier("user_id"),
        "is_public": flag("public"),
        "text": text("body"),
    },
)

USER = Source(
    name="zendesk_warehouse_users",
    label="Zendesk in a warehouse (user)",
    tool="zendesk",
    fills="customers",
    signs=(("id", "_fivetran_synced", "role", "name"),),
    utc=True,
    columns={"requester": identifier("id")},
    keep=flag("role", words={"end-user": True, "agent": False, "admin": False}),
    drops="works here, and is no customer",
    people={
        "id": identifier("id"),
        "name": text("name"),
        "role": choice("role", words={"end-user": "requester", "agent": "agent", "admin": "agent"}),
    },
)

SOURCES = (TICKET, HISTORY, COMMENT, USER)
