"""`python -m kpi.store KEY`: the process an import runs in."""

import sys

from kpi.store.imports import child

if __name__ == "__main__":
    sys.exit(child(sys.argv[1]))
