"""Django's settings for an office: a database of records, people who sign in, and a book that follows.

Everything an office decides for itself comes from its environment; `docs/do/let_people_sign_in.md` says what there is.
"""

import copy
import os
from pathlib import Path
from typing import Any

from salesops.foundations.identity_provider import identity_provider
from salesops.foundations.mail_server import mail_server
from salesops.foundations.problem import Refusal
from salesops.records.database import database
from salesops.records.secret import office_secret
from salesops.web.settings import *  # noqa: F403  the local server's, but for what differs below
from salesops.web.settings import INSTALLED_APPS as LOCAL_APPS
from salesops.web.settings import MIDDLEWARE as LOCAL_MIDDLEWARE
from salesops.web.settings import PACKAGE
from salesops.web.settings import TEMPLATES as LOCAL_TEMPLATES


def _words(name: str, otherwise: str = "") -> list[str]:
    return os.environ.get(name, otherwise).replace(",", " ").split()


SALESOPS_OFFICE = Path(os.environ.get("SALESOPS_OFFICE", "office"))
SALESOPS_BOOK = SALESOPS_OFFICE / "book"
DATABASES = {"default": database(SALESOPS_OFFICE, os.environ.get("SALESOPS_DATABASE", ""))}
SECRET_KEY = os.environ.get("SALESOPS_SECRET", "") or office_secret(SALESOPS_OFFICE)

ALLOWED_HOSTS = _words("SALESOPS_HOSTS", "127.0.0.1 localhost")
ROOT_URLCONF = "salesops.web.office_urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "salesops.records",
    *LOCAL_APPS,
]
_LINK = "salesops.web.middleware.link.OnlyWithTheLink"
_WITH_PEOPLE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "salesops.web.middleware.signed_in.OnlySignedIn",
    "salesops.web.middleware.second_factor.SecondFactor",
    "salesops.web.middleware.reader.ThroughTheirEyes",
    "salesops.web.middleware.who_saw.WhoSawWhat",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
for _each in LOCAL_MIDDLEWARE:
    if _each != _LINK:
        MIDDLEWARE.append(_each)
    if _each == "django.middleware.csrf.CsrfViewMiddleware":
        MIDDLEWARE += _WITH_PEOPLE

_PAGES: dict[str, Any] = copy.deepcopy(LOCAL_TEMPLATES[0])
_PAGES["APP_DIRS"] = True
_PAGES["DIRS"].append(PACKAGE / "pages" / "signing_in" / "templates")
_PAGES["OPTIONS"]["context_processors"] = [
    "django.template.context_processors.request",
    "django.template.context_processors.csrf",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "salesops.web.office_navigation.shell",
]
TEMPLATES = [_PAGES]

# Behind a proxy that speaks TLS: SALESOPS_HTTPS=1. It must set X-Forwarded-Proto itself.
SALESOPS_HTTPS = os.environ.get("SALESOPS_HTTPS", "") not in ("", "0")

# How much may be given to an import at once, and how it is kept until a page asks for it
SALESOPS_MOST_UPLOAD = int(os.environ.get("SALESOPS_MOST_UPLOAD_MB", "2048")) * 1024**2
# How much of files may be attached to a record at once
SALESOPS_MOST_FILE = int(os.environ.get("SALESOPS_MOST_FILE_MB", "100")) * 1024**2
FILE_UPLOAD_HANDLERS = ["salesops.web.uploads.WithinLimits"]

# What a worker calls to have a page's rows written into a file
SALESOPS_WRITE_EXPORT = "salesops.web.preparing.write_export"

# Where people reach it, for links in what is sent
_HOST = next(iter(ALLOWED_HOSTS), "localhost")
SALESOPS_ADDRESS = os.environ.get("SALESOPS_ADDRESS", "").rstrip("/") or (
    f"https://{_HOST}" if SALESOPS_HTTPS else f"http://{_HOST}:8000"
)
SALESOPS_MAIL = mail_server(
    os.environ.get("SALESOPS_MAIL", ""), os.environ.get("SALESOPS_MAIL_FROM", "")
)

# Who vouches for people that sign in, beside passwords or in their place
SALESOPS_OIDC = identity_provider(
    os.environ.get("SALESOPS_OIDC_ISSUER", ""),
    os.environ.get("SALESOPS_OIDC_CLIENT_ID", ""),
    os.environ.get("SALESOPS_OIDC_CLIENT_SECRET", ""),
    os.environ.get("SALESOPS_OIDC_NAME", ""),
)
SALESOPS_PASSWORDS = os.environ.get("SALESOPS_PASSWORDS", "on") != "off"
if not (SALESOPS_PASSWORDS or SALESOPS_OIDC):
    raise Refusal(
        "SALESOPS_PASSWORDS is off and SALESOPS_OIDC_ISSUER names nobody, so nobody could sign in."
    )

# Who signs in
AUTH_USER_MODEL = "records.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "salesops.web.pages.signing_in.adapter.Logins"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# An address is vouched for by the administrator who invited it; it is changed by them too.
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("SALESOPS_PROXIES", "0"))
MFA_ADAPTER = "salesops.web.pages.signing_in.factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "salesops"
MFA_TOTP_TOLERANCE = 1  # a phone whose clock is half a minute off
# Who must have a passkey or codes beside the password; “none” for nobody.
SALESOPS_SECOND_FACTOR = [
    r for r in _words("SALESOPS_SECOND_FACTOR", "administrator") if r != "none"
]

# The database's own cache, so that limits count for all processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_COOKIE_AGE = 7 * 86_400
SESSION_COOKIE_SAMESITE = "Lax"  # a link in a mail leads to its page
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

if SALESOPS_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health$"]
    SECURE_HSTS_SECONDS = 365 * 86_400
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
SECURE_REFERRER_POLICY = "same-origin"
# Other names under the same domain, and lists in browsers, are not an office's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# A passkey is tied to HTTPS, but for this machine itself.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SALESOPS_HTTPS
