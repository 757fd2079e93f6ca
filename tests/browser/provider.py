"""A provider of logins by OpenID Connect, of our own: discovery, authorisation, tokens, keys and logout, as the standard has them.

It checks what a provider checks (client, secret, address to come back to, PKCE, a code once) and signs with a key made for the run.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "deskmeter", "a secret of the test"


@dataclass
class Provider:
    """People by their address, with whether it is verified; `refused` is what was asked for and not given."""

    people: Mapping[str, bool]
    url: str = ""
    back: str = "/oauth2callback"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    logouts: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig", "alg": "RS256"}))

    def settings(self) -> str:
        """What a server's secrets.toml says to use it; Streamlit fills in its own port."""
        return (
            f'[auth]\nredirect_uri = "http://127.0.0.1:{{port}}{self.back}"\ncookie_secret = "{secrets.token_hex(24)}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\nserver_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
        )

    def discovery(self) -> dict[str, object]:
        ends = {
            f"{name}_endpoint": f"{self.url}/{path}"
            for name, path in (("authorization", "authorize"), ("token", "token"), ("end_session", "logout"))
        }
        return {
            **ends,
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def choice(self, asked: Mapping[str, str]) -> str:
        """The page on which one says who one is."""
        if (
            asked.get("client_id") != CLIENT
            or urlsplit(asked.get("redirect_uri", "")).path != self.back
            or asked.get("response_type") != "code"
        ):
            self.refused.append(f"authorize {asked}")
            return "<h1>No such client</h1>"
        links = []
        for email in (*self.people, ""):
            code = secrets.token_urlsafe(16)
            said = {"code": code, "state": asked["state"]} if email else {"error": "access_denied", "state": asked["state"]}
            self.codes |= {code: {**asked, "email": email}} if email else {}
            links.append(f'<p><a href="{html.escape(asked["redirect_uri"])}?{html.escape(urlencode(said))}">{email or "Nobody"}</a></p>')
        return f"<!doctype html><title>Provider</title><h1>Who are you?</h1>{''.join(links)}"

    def token(self, given: Mapping[str, str], authorization: str) -> dict[str, object] | None:
        """The tokens of a code; None for any but the client it was given to."""
        asked = self.codes.pop(given.get("code", ""), None)  # once
        client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        right = asked is not None and client == f"{CLIENT}:{SECRET}" and proof == asked.get("code_challenge")
        if not right or asked is None or given.get("redirect_uri") != asked["redirect_uri"]:
            self.refused.append(f"token {given}")
            return None
        email, now = asked["email"], int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": email, "iat": now, "exp": now + 300, "nonce": asked["nonce"], "email": email}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, "email_verified": self.people[email]}, self.key)
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300, "id_token": signed}


@contextmanager
def providing(people: Mapping[str, bool]) -> Iterator[Provider]:
    """The provider, on a free port of this machine."""
    made = Provider(people)

    class Ends(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, asked = urlsplit(self.path).path, {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            if path == "/.well-known/openid-configuration":
                self._json(made.discovery())
            elif path == "/jwks":
                self._json({"keys": [made.key.as_dict(private=False)]})
            elif path == "/authorize":
                self._send(200, made.choice(asked).encode(), "text/html")
            elif path == "/logout":
                made.logouts.append(asked)
                self.send_response(302)
                self.send_header("location", asked["post_logout_redirect_uri"])
                self.end_headers()
            else:
                self._send(204 if path == "/favicon.ico" else 404, b"", "text/plain")

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"])).decode()
            given = {name: values[0] for name, values in parse_qs(content).items()}
            answer = made.token(given, self.headers.get("authorization", "")) if self.path == "/token" else None
            self._json(answer or {"error": "invalid_grant"}, 200 if answer else 400)

        def _json(self, said: object, status: int = 200) -> None:
            self._send(status, json.dumps(said).encode(), "application/json")

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ends)
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
