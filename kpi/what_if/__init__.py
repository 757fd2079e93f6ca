"""What if? Inputs moved on the user's own data: learned links with their interval, identities without, and where nobody has ever been.

ground = kpi.what_if.prepare(scope, data, "csat")              # once for data and scope; every move is then quick
played = kpi.what_if.play(ground, {"first_contact_resolution": 75.0}, "csat")
played.text, kpi.what_if.record.described(played, target=90.0)  # in words, and as plain data
kpi.what_if.seek(ground, [kpi.what_if.read_goal("csat>=90")], kpi.what_if.along(ground)[:1]).text
"""

from kpi.what_if import record
from kpi.what_if.backlog import Ahead, Flow, ahead, capacity_needed
from kpi.what_if.fit import Change, Learned
from kpi.what_if.goals import Goal, Sought, along, read_goal, seek
from kpi.what_if.ground import Ground, prepare
from kpi.what_if.history import History, Standing
from kpi.what_if.inputs import INPUTS, Input, find_input, read_moves, spoken_input, write_moves
from kpi.what_if.links import IDENTITIES, MODELS, OUTCOMES, Identity, Model
from kpi.what_if.outlook import Outlook
from kpi.what_if.play import Played, play
from kpi.what_if.scenario import Problem, Scenario, Scenarios, read, write
from kpi.what_if.tree import Tree, tree
from kpi.what_if.work import Work

__all__ = [
    "IDENTITIES",
    "INPUTS",
    "MODELS",
    "OUTCOMES",
    "Ahead",
    "Change",
    "Flow",
    "Goal",
    "Ground",
    "History",
    "Identity",
    "Input",
    "Learned",
    "Model",
    "Outlook",
    "Played",
    "Problem",
    "Scenario",
    "Scenarios",
    "Sought",
    "Standing",
    "Tree",
    "Work",
    "ahead",
    "along",
    "capacity_needed",
    "find_input",
    "play",
    "prepare",
    "read",
    "read_goal",
    "read_moves",
    "record",
    "seek",
    "spoken_input",
    "tree",
    "write",
    "write_moves",
]
