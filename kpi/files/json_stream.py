"""JSON objects out of a file, one after the other: arrays, one object a line, objects run together, or pages around arrays.

Only one object is held at a time. Numbers keep the digits they are written with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from kpi.errors import UnreadableFile
from kpi.files import limits

_PIECE = 2**20
_LOOK = 20


class Number(str):
    """A number as written."""

    __slots__ = ()


def _number(text: str) -> Number:
    whole, point, fraction = text.partition(".")
    return Number(whole if point and not fraction.strip("0") else text)


def _constant(text: str) -> str | None:
    return None if text == "NaN" else text


_DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_constant)


@dataclass(frozen=True)
class Found:
    """One value at the top of a file, or an element of an array there.

    place: line of the file, or n-th object; value: None when broken, with the reason and the text
    """

    place: int
    value: Any
    reason: str = ""
    text: str = ""
    is_end: bool = False


def is_line_by_line(stream: TextIO) -> bool:
    """Whether at least half of the first lines are one whole object each. Leaves the stream at its beginning."""
    whole = seen = 0
    while seen < _LOOK and (line := stream.readline(limits.MAX_RECORD)):
        if line.strip():
            seen += 1
            whole += isinstance(_parsed(line), dict)
    stream.seek(0)
    return whole > 0 and 2 * whole >= seen


def lines(stream: TextIO) -> Iterator[Found]:
    """One value a line."""
    for number, line in enumerate(iter(lambda: stream.readline(limits.MAX_RECORD), ""), start=1):
        if line.strip():
            value = _parsed(line)
            yield Found(number, None, f"broken JSON ({value})", line) if isinstance(value, ValueError) else Found(number, value)


def _parsed(line: str) -> Any:
    """The value, or the ValueError that says why there is none."""
    try:
        return _DECODER.decode(line)
    except json.JSONDecodeError as error:
        return ValueError(f"{error.msg} at character {error.colno}")
    except RecursionError:
        return ValueError("nested too deeply")
    except ValueError as error:  # a whole number of thousands of digits
        return error


def run_together(stream: TextIO, file: str) -> Iterator[Found]:
    """Values one after the other, whatever stands between them; arrays give their elements one by one."""
    text = _Text(stream, file)
    place = 0
    in_array = False
    while char := text.peek(", \t\r\n"):
        if char == "[" and not in_array:
            in_array = True
            text.at += 1
        elif char == "]" and in_array:
            in_array = False
            text.at += 1
        else:
            place += 1
            try:
                value = text.value(limits.MAX_RECORD if in_array else limits.MAX_JSON_DOCUMENT)
            except (ValueError, RecursionError) as error:
                said = "nested too deeply" if isinstance(error, RecursionError) else getattr(error, "msg", str(error))
                yield Found(place, None, f"broken JSON ({said}); nothing after it could be read", text.rest(), is_end=True)
                return
            yield Found(place, value)
    if in_array:
        yield Found(place + 1, None, "the file ends in the middle of the list", "", is_end=True)


class _Text:
    """A window on a stream that grows until a whole value fits."""

    def __init__(self, stream: TextIO, file: str) -> None:
        self.stream, self.file = stream, file
        self.window, self.at, self.ended = "", 0, False

    def peek(self, skipped: str) -> str:
        """The next character that is none of `skipped`; "" at the end."""
        while True:
            while self.at < len(self.window):
                if self.window[self.at] not in skipped:
                    return self.window[self.at]
                self.at += 1
            if self.ended:
                return ""
            self._more()

    def value(self, limit: int) -> Any:
        while True:
            try:
                value, end = _DECODER.raw_decode(self.window, self.at)
            except ValueError:
                if self.ended:
                    raise
            else:
                if end < len(self.window) or self.ended:  # else it may be the first half of a number
                    self.at = end
                    return value
            if len(self.window) - self.at > limit:
                raise UnreadableFile(
                    f"“{self.file}” holds one JSON object of more than {limit // 2**20} MB.",
                    "Export it as NDJSON, one ticket a line.",
                )
            self._more()

    def rest(self) -> str:
        return self.window[self.at : self.at + limits.MAX_REJECTED_TEXT]

    def _more(self) -> None:
        kept = self.window[self.at :]
        piece = self.stream.read(max(_PIECE, len(kept)))  # twice as much each time, so that trying again stays cheap
        self.window, self.at, self.ended = kept + piece, 0, not piece
