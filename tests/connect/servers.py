"""What stands in for a PostgreSQL server where only its refusal is wanted: it speaks the first messages of the protocol and hangs up.

https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def refusal(state: str, words: str) -> bytes:
    return _message(b"E", b"SFATAL\0VFATAL\0C" + state.encode() + b"\0M" + words.encode() + b"\0\0")


@contextmanager
def refusing(answer: bytes, *, asks_password: bool = True) -> Iterator[int]:
    """A port on which a server asks for the password, then answers so, whatever it is given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    while True:  # encryption is declined ("N") until the plain start-up comes
                        head = client.recv(8)
                        if len(head) < 8:
                            break
                        length, code = struct.unpack("!II", head)
                        client.recv(length - 8) if length > 8 else b""
                        if code in (80877103, 80877104):  # SSLRequest, GSSENCRequest
                            client.sendall(b"N")
                            continue
                        if asks_password:
                            client.sendall(_message(b"R", struct.pack("!I", 3)))  # AuthenticationCleartextPassword
                            client.recv(1000)
                        client.sendall(answer)
                        break

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
