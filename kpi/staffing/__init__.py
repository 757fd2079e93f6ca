"""Staffing: agents per half-hour for calls and chats, from one's own arrivals and handle times. Tickets go by their backlog (`kpi.what_if`)."""

from kpi.staffing.contacts import Contacts, contacts, queues
from kpi.staffing.plan import DAYS, Aim, Plan, Roster, clock, needed, plan, roster

__all__ = ["DAYS", "Aim", "Contacts", "Plan", "Roster", "clock", "contacts", "needed", "plan", "queues", "roster"]
