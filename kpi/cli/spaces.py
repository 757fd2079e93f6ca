"""`kpi workspaces`: the workspaces of a server, listed, made and renamed by who runs it."""

from __future__ import annotations

import argparse
import sys

from kpi.cli.shared import one_line, write_json
from kpi.errors import BadValue

TAKES = {"list": (), "make": ("TITLE",), "rename": ("NAME", "TITLE"), "delete": ("NAME",)}


def workspaces(options: argparse.Namespace) -> None:
    """Do it, and list what there is: JSON on stdout, a sentence on stderr."""
    from kpi.store import people, workspaces  # noqa: PLC0415  the store loads the database; --help must not wait for it

    takes, given = TAKES[options.deed], options.words
    if len(given) != len(takes):
        raise BadValue(
            f"`kpi workspaces {options.deed}` takes {' and '.join(takes) or 'nothing more'}.", "Put a title of several words in quotes."
        )
    if options.name and options.deed != "make":
        raise BadValue("--name is for `make`.", "A workspace keeps its name: addresses hold it.")
    me = people.Person()  # who has the server's folder has all that is in it
    if options.deed == "make":
        workspaces.make(given[0], options.name, who=me)
    elif options.deed == "rename":
        workspaces.rename(given[0], given[1], who=me)
    elif options.deed == "delete":
        workspaces.delete(given[0], who=me)
    there, held = workspaces.every(), workspaces.sizes()
    write_json([{"name": one.name, "title": one.title, "datasets": held.get(one.name, 0)} for one in there])
    print(one_line(", ".join(f"{one.title} ({one.name})" for one in there) + "."), file=sys.stderr)


def spacing(command: argparse.ArgumentParser) -> None:
    """The options of `kpi workspaces`."""
    command.add_argument(
        "deed", nargs="?", choices=list(TAKES), default="list", help="list (default), make TITLE, rename NAME TITLE, or delete NAME"
    )
    command.add_argument("words", nargs="*", metavar="NAME|TITLE", help="the name it has in addresses, the title it has on the screen")
    command.add_argument("--name", default="", metavar="NAME", help="with make: the name in addresses (default: made of the title)")
