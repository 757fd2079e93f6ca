"""Writes old Excel files byte by byte: no library we have does, and a hostile one must be possible.

Sources: [MS-CFB] compound files (version 3, 512-byte sectors), [MS-XLS] records BOF, BOUNDSHEET, NUMBER, LABEL, EOF.
"""

from __future__ import annotations

import struct

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_file(stream_name: str, content: bytes) -> bytes:
    """A compound file with one stream."""
    content = content.ljust(4096, b"\x00")  # shorter streams live in another place
    content += b"\x00" * (-len(content) % 512)
    sectors = len(content) // 512
    fat = [_FAT, _END, *range(3, 2 + sectors), _END]
    assert len(fat) <= 128, "one sector of the allocation table is enough for tests"
    header = struct.pack(
        "<8s16sHHHHHHIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        0,
        0,
        1,
        1,
        0,
        4096,
        _END,
        0,
        _END,
        0,
    )[:76] + struct.pack("<109I", 0, *[_FREE] * 108)
    directory = _entry("Root Entry", 5, child=1) + _entry(stream_name, 2, start=2, size=len(content)) + _entry("", 0) * 2
    return header + struct.pack("<128I", *fat, *[_FREE] * (128 - len(fat))) + directory + content


def _entry(name: str, kind: int, child: int = _FREE, start: int = 0, size: int = 0) -> bytes:
    text = name.encode("utf-16-le")
    start = _END if kind == 5 else start
    return struct.pack("<64sHBBIII16sIQQIQ", text, len(text) + 2 if name else 0, kind, 1, _FREE, _FREE, child, b"", 0, 0, 0, start, size)


def xls(cells: dict[tuple[int, int], float | str], sheet: str = "Sheet1") -> bytes:
    """An Excel 97 workbook of one sheet; cells are (row, column), 0-based."""
    bof = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    eof = struct.pack("<HH", 0x000A, 0)
    name = sheet.encode("latin-1")
    at = len(bof) + 4 + 8 + len(name) + len(eof)
    bound = struct.pack("<HHIBBBB", 0x0085, 8 + len(name), at, 0, 0, len(name), 0) + name
    body = bof[:6] + struct.pack("<H", 0x0010) + bof[8:]
    for (row, column), value in sorted(cells.items()):
        if isinstance(value, str):
            text = value.encode("latin-1")
            body += struct.pack("<HHHHHHB", 0x0204, 9 + len(text), row, column, 0, len(text), 0) + text
        else:
            body += struct.pack("<HHHHHd", 0x0203, 14, row, column, 0, value)
    return compound_file("Workbook", bof + bound + eof + body + eof)
