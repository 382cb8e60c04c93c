"""OpenID Connect, as far as signing in needs it: the code flow with PKCE, and who somebody is by the provider's own word.

Nothing is believed that was not checked: the state and nonce of this browser, the token's signature, issuer, audience,
age and nonce, and that the user info is of the same subject. Decision 16 says why this is not a library's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

import jwt

from salesops.foundations.identity_provider import IdentityProvider, is_safe
from salesops.foundations.problem import Refusal

log = logging.getLogger("salesops.signing_in")
SECONDS_TO_ANSWER = 8.0
MOST_BYTES = 1024 * 1024
SECONDS_KEPT = 3600.0
SECONDS_AWAY = 10.0
LEEWAY = 60
# A signature with the client's secret, or none, says nothing about who made it.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Claims:
    """Whom the provider vouches for. `email` is empty where it does not vouch for the address."""

    issuer: str
    subject: str
    email: str
    name: str


@dataclass(frozen=True)
class Begun:
    """A sign-in that was begun: where it goes on, and what its answer is known by. Kept in the session, as a dict."""

    address: str
    kept: dict[str, str]


def begin(provider: IdentityProvider, callback: str) -> Begun:
    """The provider's address for one sign-in that comes back to `callback`."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    digest = hashlib.sha256(verifier.encode()).digest()
    query = urlencode(
        {
            "response_type": "code",
            "scope": "openid email profile",
            "client_id": provider.client_id,
            "redirect_uri": callback,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )
    address = discovered(provider)["authorization_endpoint"]
    joined = f"{address}{'&' if '?' in address else '?'}{query}"
    return Begun(joined, {"state": state, "nonce": nonce, "verifier": verifier})


def finish(
    provider: IdentityProvider, kept: Mapping[str, str], answer: Mapping[str, str], callback: str
) -> Claims:
    """Who came back. Refuses an answer to another sign-in, and whatever the provider does not vouch for rightly."""
    if not secrets.compare_digest(kept.get("state", "").encode(), answer.get("state", "").encode()):
        raise Refusal("This is the answer to another sign-in. Begin again.")
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise _not_right(provider, "the answer names another issuer")
    if answer.get("error") == "access_denied":
        raise Refusal(f"You did not sign in at {provider}, or it does not let you use this office.")
    if "code" not in answer:
        raise Refusal(f"{provider} did not sign you in. Begin again, or ask who keeps it.")
    tokens = _tokens(provider, answer["code"], kept["verifier"], callback)
    claims = _verified(provider, tokens.get("id_token"), kept["nonce"])
    if not claims.get("email") and "userinfo_endpoint" in discovered(provider):
        claims = {**_user_info(provider, tokens, claims["sub"]), **claims}
    return Claims(
        issuer=provider.issuer,
        subject=claims["sub"],
        email=str(claims["email"]).strip().lower()
        if claims.get("email") and claims.get("email_verified") in (True, "true")
        else "",
        name=str(claims.get("name") or ""),
    )


def discovered(provider: IdentityProvider) -> dict[str, Any]:
    """What the provider says of itself, asked once an hour. Refuses one that says it is another."""
    known = _kept.get(provider.issuer)
    if known is not None and time.monotonic() - known[0] < SECONDS_KEPT:
        return known[1]
    if time.monotonic() < _away.get(provider.issuer, 0.0):
        raise _no_answer(provider)
    try:
        said = _ask(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    except Refusal:
        # Visitors shall not wait one after the other, and keep others waiting, for what is away.
        _away[provider.issuer] = time.monotonic() + SECONDS_AWAY
        raise
    endpoints = [said.get(name, "") for name in _NEEDED]
    endpoints += [said["userinfo_endpoint"]] if "userinfo_endpoint" in said else []
    if said.get("issuer") != provider.issuer or not all(is_safe(str(e)) for e in endpoints):
        raise Refusal(
            f"What answers at {provider.issuer} calls itself another, or leads out of TLS. "
            "Ask who keeps this office to look at SALESOPS_OIDC_ISSUER."
        )
    _kept[provider.issuer] = time.monotonic(), said
    return said


def look_at(provider: IdentityProvider) -> None:
    """Refuse a provider that does not say of itself what is needed, or that shows no keys."""
    address = discovered(provider)["jwks_uri"]
    if not _ask(provider, address).get("keys"):
        raise Refusal(f"{provider} shows no keys at {address}.")


_kept: dict[str, tuple[float, dict[str, Any]]] = {}
_keys: dict[str, dict[str, Any]] = {}
_away: dict[str, float] = {}


def forget() -> None:
    """Ask the provider anew for what it says of itself and for its keys."""
    _kept.clear()
    _keys.clear()
    _away.clear()


def _tokens(provider: IdentityProvider, code: str, verifier: str, callback: str) -> dict[str, Any]:
    said = discovered(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "code_verifier": verifier,
    }
    headers = {}
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if provider.client_secret and "client_secret_basic" in methods:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form["client_id"] = provider.client_id
        if provider.client_secret:
            form["client_secret"] = provider.client_secret
    return _ask(provider, said["token_endpoint"], urlencode(form).encode(), headers)


def _verified(provider: IdentityProvider, token: Any, nonce: str) -> dict[str, Any]:
    """The claims of a token that the provider made for this office and this sign-in."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise _not_right(provider, f"the token is signed with {header.get('alg')}")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(provider, header.get("kid")),
            algorithms=[header["alg"]],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, TypeError, AttributeError) as error:
        raise _not_right(provider, f"{type(error).__name__}: {error}") from None
    party = claims.get("azp")
    is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (party or is_shared) and party != provider.client_id:
        raise _not_right(provider, "the token was made for another party")
    said = str(claims.get("nonce", ""))
    if not secrets.compare_digest(said.encode(), nonce.encode()) or not claims["sub"]:
        raise _not_right(provider, "its nonce is that of another sign-in, or it names nobody")
    return claims


def _key(provider: IdentityProvider, name: str | None) -> Any:
    """The provider's key of that name, asked anew where it is not known: keys are changed over time."""
    address = discovered(provider)["jwks_uri"]
    for attempt in range(2):
        if attempt or address not in _keys:
            _keys[address] = _ask(provider, address)
        keys = jwt.PyJWKSet.from_dict(_keys[address]).keys
        signing = [k for k in keys if k.public_key_use in (None, "sig")]
        for key in signing:
            if key.key_id == name or (name is None and len(signing) == 1):
                return key.key
    raise _not_right(provider, f"no key is called {name}")


def _user_info(
    provider: IdentityProvider, tokens: Mapping[str, Any], subject: str
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
    said = _ask(provider, discovered(provider)["userinfo_endpoint"], None, headers)
    if said.get("sub") != subject:
        raise _not_right(provider, "the user info is of somebody else")
    return said


def _not_right(provider: IdentityProvider, why: str) -> Refusal:
    log.warning("A sign-in by %s was refused: %s.", provider.issuer, why)
    return Refusal(f"What {provider} answered is not right for this sign-in. Begin again.")


def _no_answer(provider: IdentityProvider) -> Refusal:
    return Refusal(
        f"{provider} does not answer as it should. Try again; if it stays so, tell who keeps this office."
    )


class _NoFurther(HTTPRedirectHandler):
    """What is asked of a provider is answered there; a secret is never carried on to elsewhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _opener() -> OpenerDirector:
    return build_opener(_NoFurther)


def _ask(
    provider: IdentityProvider,
    address: str,
    form: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    request = Request(address, form, {"Accept": "application/json", **(headers or {})})
    try:
        with _opener().open(request, timeout=SECONDS_TO_ANSWER) as answer:
            said = json.loads(answer.read(MOST_BYTES))
    except (URLError, OSError, ValueError) as error:
        log.warning("The identity provider did not answer at %s: %s", address, error)
        raise _no_answer(provider) from None
    if not isinstance(said, dict):
        raise _not_right(provider, f"{address} answers with no object")
    return said
