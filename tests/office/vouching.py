"""A small identity provider on a socket: discovery, codes with PKCE, signed tokens, user info and keys; it errs as told."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from salesops.foundations.identity_provider import IdentityProvider

CLIENT, SECRET = "salesops", "s/e:c"


@lru_cache(maxsize=2)
def key(name: str) -> RSAPrivateKey:  # noqa: ARG001  one a name
    """A key to sign with."""
    return generate_private_key(65537, 2048)


@dataclass
class Vouching:
    """`person` is who sits before the browser; `wrong` replaces claims, `errs` answers, as a test says."""

    address: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    signs_with: str = "one"
    algorithm: str = "RS256"
    discovery: dict[str, Any] = field(default_factory=dict)
    in_token: tuple[str, ...] = ("email", "email_verified", "name")
    info: dict[str, Any] | None = None
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def provider(self) -> IdentityProvider:
        """The setting that leads here."""
        return IdentityProvider(self.address, CLIENT, SECRET, "Corp")

    def authorise(self, address: str) -> str:
        """What a browser is led back to by the address it was led to, when the person agrees."""
        parts = urlsplit(address)
        assert address.startswith(f"{self.address}/authorise?")
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(asked["scope"].split())
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def answer(self, path: str, form: dict[str, str], sent: str) -> tuple[int, dict[str, Any]]:
        """What is said to one request; `sent` is its Authorization."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorise",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/me",
                "jwks_uri": f"{self.address}/keys",
            } | self.discovery
        if path == "/keys":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(key("one").public_key(), as_dict=True)
            return 200, {"keys": [public | {"kid": "k1", "use": "sig"}]}
        if path == "/me":
            return 200, self.info if self.info is not None else self.person
        assert path == "/token"
        return self._token(form, sent)

    def _token(self, form: dict[str, str], sent: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form["code"], None)  # a code counts once
        pair = base64.b64encode(b"salesops:s%2Fe%3Ac").decode()
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or sent != f"Basic {pair}"
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60} | {
            "nonce": asked["nonce"],
            "sub": self.person["sub"],
            **{name: self.person[name] for name in self.in_token if name in self.person},
        }
        others: dict[str, Any] = {"HS256": "x" * 32, "none": None}
        token = jwt.encode(
            {n: v for n, v in (claims | self.wrong).items() if v is not None},
            others.get(self.algorithm, key(self.signs_with)),
            algorithm=self.algorithm,
            headers={"kid": "k1"},
        )
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


class _Asked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer({name: values[0] for name, values in parse_qs(body).items()})

    def _answer(self, form: dict[str, str]) -> None:
        sent = self.headers.get("Authorization", "")
        vouching: Vouching = self.server.vouching  # type: ignore[attr-defined]
        status, said = vouching.answer(self.path, form, sent)
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def vouching() -> Iterator[Vouching]:
    """A provider for as long as the block lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Asked) as server:
        server.vouching = made = Vouching(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()
