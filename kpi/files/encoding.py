"""Bytes of a text file -> the same text as UTF-8 on disk, without byte order mark and NUL characters.

Nothing is held in memory but one piece at a time. Where the bytes are already so, the file is used in place.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.table import counted

PIECE = 4 * 2**20
HEAD = 2**16

_MARKS = (  # the longer mark first: UTF-32 little endian begins with the mark of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", ""),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1a\x1b\x00") | {127}


@dataclass(frozen=True)
class Text:
    """A text file in UTF-8, and what had to be done to make it one.

    `odd_lines` counts the lines of another encoding than the rest of the file has; `odd_at` are the first of them, counted from 1.
    """

    path: Path
    doubts: tuple[str, ...]
    odd_lines: int = 0
    odd_at: tuple[int, ...] = ()


def mark_of(head: bytes) -> tuple[bytes, str, str] | None:
    """(byte order mark, codec, name to say) when the file begins with one; a wide encoding without a mark has b""."""
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            return mark, codec, name
    if len(head) >= 8:
        even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
        if odd > 0.4 and even < 0.1:
            return b"", "utf-16-le", "UTF-16 (it has no byte order mark)"
        if even > 0.4 and odd < 0.1:
            return b"", "utf-16-be", "UTF-16 (it has no byte order mark)"
    return None


def is_text(head: bytes) -> bool:
    """Whether the first bytes of a file can be text: letters, not machine code."""
    if mark_of(head):
        return True
    filled = head.rstrip(b"\x00")
    if not filled:
        return False
    strange = sum(n for byte, n in enumerate(_histogram(filled)) if byte in _CONTROLS)
    return strange <= 0.01 * len(filled) and filled.count(0) <= 0.3 * len(filled)


def _histogram(data: bytes) -> list[int]:
    return [data.count(byte) for byte in range(256)]


def utf8(path: Path, work: Path, file: str, long_lines: bool = False) -> Text:
    """The text of `path` in UTF-8, in place or as a new file in the folder `work`. `file` is the name errors say.

    long_lines: a line may be as long as the file (JSON)
    """
    longest = 2**62 if long_lines else limits.MAX_RECORD
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        found = mark_of(head)
        if found and found[1] != "utf-8":
            return _from_wide(stream, found, work / "text", file, longest)
        if not found and _is_plain(path, file, longest):
            return Text(path, ())
        stream.seek(len(found[0]) if found else 0)
        return _from_bytes(stream, work / "text", file)


def head_of(path: Path, work: Path) -> Path:
    """The first piece of a text file, up to the end of a line: as a new file in `work` where the file is longer.

    A wide encoding stays whole: its line ends are not single bytes.
    """
    with path.open("rb") as stream:
        piece = stream.read(PIECE)
        if len(piece) < PIECE or not stream.read(1) or mark_of(piece[:HEAD]) not in (None, _MARKS[2]):
            return path
    target = work / "head"
    target.write_bytes(piece[: piece.rfind(b"\n") + 1] or piece)
    return target


def _is_plain(path: Path, file: str, longest: int) -> bool:
    """UTF-8 throughout, without NUL; no line longer than we read."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    since = 0
    with path.open("rb") as stream:
        try:
            while piece := stream.read(PIECE):
                since = _line_so_far(piece, since, file, longest)
                if 0 in piece:
                    return False
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _line_so_far(piece: bytes, before: int, file: str, longest: int = limits.MAX_RECORD) -> int:
    """Bytes since the last line end. A piece is shorter than the limit, so it is enough to look at its first and last."""
    ends = [i for i in (piece.find(b"\n"), piece.find(b"\r")) if i >= 0]
    if before + (min(ends) if ends else len(piece)) > longest:
        raise UnreadableFile(
            f"“{file}” has a line of more than {longest // 2**20} MB.",
            "That is no table of tickets; export it again as CSV.",
        )
    return len(piece) - 1 - max(piece.rfind(b"\n"), piece.rfind(b"\r")) if ends else before + len(piece)


def _from_wide(stream: BinaryIO, found: tuple[bytes, str, str], target: Path, file: str, longest: int) -> Text:
    mark, codec, name = found
    stream.seek(len(mark))
    decoder = codecs.getincrementaldecoder(codec)("replace")
    since = nuls = broken = 0
    with target.open("wb") as out:
        while True:
            piece = stream.read(PIECE)
            text = decoder.decode(piece, final=not piece)
            nuls += text.count("\x00")
            broken += text.count("\ufffd")
            data = text.replace("\x00", "").encode("utf-8", "replace")
            since = _line_so_far(data, since, file, longest)
            out.write(data)
            if not piece:
                break
    doubts = [f"Read as {name}."]
    if broken:
        doubts.append(f"{counted(broken, 'character')} could not be decoded and became “\ufffd”.")
    return Text(target, (*doubts, *_nul_doubt(nuls)))


def _from_bytes(stream: BinaryIO, target: Path, file: str) -> Text:
    """UTF-8 where a line is valid UTF-8, else Windows-1252: two encodings in one file are common after copy and paste."""
    unicode_lines = windows_lines = since = nuls = before = 0
    at: list[int] = []
    with target.open("wb") as out:
        for piece in _whole_lines(stream):
            since = _line_so_far(piece, since, file)
            nuls += piece.count(0)
            data = piece.replace(b"\x00", b"") if 0 in piece else piece
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                lines = [_line(line) for line in data.split(b"\n")]
                odd = [before + i for i, (text, _) in enumerate(lines, 1) if text is not None]
                windows_lines += len(odd)
                at += odd[: limits.MAX_ODD_LINES - len(at)]
                unicode_lines += sum(text is None and not line.isascii() for text, line in lines)
                data = b"\n".join(line if text is None else text.encode() for text, line in lines)
            else:
                unicode_lines += 0 if data.isascii() else sum(not line.isascii() for line in data.split(b"\n"))
            before += data.count(b"\n")
            out.write(data)
    doubts = []
    mixed = windows_lines and unicode_lines
    if mixed:
        doubts.append(
            f"Two encodings in one file: {counted(unicode_lines, 'line')} read as UTF-8, {counted(windows_lines, 'line')} as "
            "Windows-1252 (Latin-1)."
        )
    elif windows_lines:
        doubts.append("Read as Windows-1252 (Latin-1), because it is not UTF-8; if letters look wrong, save it as UTF-8.")
    return Text(target, (*doubts, *_nul_doubt(nuls)), windows_lines if mixed else 0, tuple(at) if mixed else ())


def _line(line: bytes) -> tuple[str | None, bytes]:
    """(its text, the line) when it is not UTF-8, else (None, the line)."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return line.decode("cp1252"), line
        except UnicodeDecodeError:  # five bytes have no meaning in Windows-1252; in Latin-1 every byte has one
            return line.decode("latin-1"), line
    return None, line


def _whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Pieces that end at a line feed, as far as lines are not longer than we read anyway."""
    rest = b""
    while piece := stream.read(PIECE):
        cut = piece.rfind(b"\n") + 1
        if cut == 0 and len(rest) <= limits.MAX_RECORD:
            rest += piece
            continue
        yield rest + piece[:cut]
        rest = piece[cut:]
    if rest:
        yield rest


def _nul_doubt(nuls: int) -> tuple[str, ...]:
    return (f"{counted(nuls, 'NUL character was', 'NUL characters were')} removed.",) if nuls else ()
