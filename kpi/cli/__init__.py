"""The `kpi` command: the same functions as the screens and Python. JSON on stdout, sentences on stderr.

Exit codes: 0 done, 1 a target is missed for sure (`kpi check`) or something unexpected happened, 2 bad input.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from kpi.cli.options import Parser, parser
from kpi.cli.shared import CLEAR, one_line
from kpi.errors import KpiError

__all__ = ["Parser", "entry", "main", "parser"]

BAD_INPUT, UNEXPECTED = 2, 1


def entry() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command; the only place where an exception becomes words and an exit code."""
    try:
        options = parser().parse_args(arguments)
        code = int(options.run(options) or 0)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except (Exception, KeyboardInterrupt) as error:
        sentence, code = _in_words(error)
        if code == UNEXPECTED and os.environ.get("KPI_DEBUG"):
            raise
        print(CLEAR * sys.stderr.isatty() + one_line(sentence), file=sys.stderr)
    return code


def _in_words(error: BaseException) -> tuple[str, int]:
    """What went wrong, as a sentence and an exit code."""
    if isinstance(error, KpiError):
        return str(error), BAD_INPUT
    if isinstance(error, KeyboardInterrupt):
        return "Stopped.", 130
    if isinstance(error, MemoryError):
        return "There is not enough memory for this file. Split it by date and read the parts one after the other.", BAD_INPUT
    if isinstance(error, OSError):  # a folder that is not there, a file we may not write, a full disk
        return f"{Path(str(error.filename or 'A file')).name} cannot be used ({error.strerror or error}). Check its path.", BAD_INPUT
    return f"Something unexpected happened ({type(error).__name__}). Set KPI_DEBUG=1 to see where, and tell us.", UNEXPECTED
