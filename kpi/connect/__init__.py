"""Connect instead of upload: the tables of a database, or the files of a folder, into the same path that uploads take.

    data = kpi.connect.read("warehouse.toml")        # -> Dataset, like kpi.read

A connection is declared in a TOML file (docs/connect.md): its kind, its place, and which of its tables are read. What opens it (an address with a
password) is named there, never written: it is looked up in the environment or in Streamlit's secrets when it is needed, and is nowhere else:
not in an error, a log, the audit list, a link or the store.
"""

from kpi.connect.declaration import KINDS, Connection, Wanted, declared, is_declaration, named, parse
from kpi.connect.declaration import read as read_declaration
from kpi.connect.problems import CannotConnect
from kpi.connect.pull import Look, Pulled, gather, look, pull, read

__all__ = [
    "KINDS", "CannotConnect", "Connection", "Look", "Pulled", "Wanted", "declared", "gather", "is_declaration", "look", "named", "parse", "pull", "read",
    "read_declaration",
]  # fmt: skip
