"""Django's settings in local mode: no database, one book, one person, this machine."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parents[2]

SALESOPS_BOOK = Path(os.environ.get("SALESOPS_BOOK", "book"))
# The secret in the link; without it no page answers. The server makes a new one at every start.
SALESOPS_KEY = os.environ.get("SALESOPS_KEY", "")
SECRET_KEY = (
    os.environ.get("SALESOPS_SECRET", "") or f"local-{SALESOPS_KEY or os.urandom(24).hex()}"
)

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "salesops.web.urls"
USE_TZ = True
TIME_ZONE = "UTC"
DATABASES: dict[str, object] = {}
INSTALLED_APPS = ["django.contrib.staticfiles", "csp", "salesops.web"]
MIDDLEWARE = [
    "salesops.web.middleware.headers.SecurityHeaders",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "salesops.web.middleware.link.OnlyWithTheLink",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "salesops.web.middleware.refusals.RefusalsAreSentences",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates", PACKAGE / "pages"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "salesops.web.navigation.shell",
            ],
            "builtins": ["salesops.web.templatetags.salesops"],
        },
    }
]

CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "salesops.web.failures.forged"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # one for every column of every file
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("SALESOPS_STATIC", ROOT / "build" / "static"))
NODE_MODULES = ROOT / "node_modules"
# Served name → file in node_modules. Nothing else of it is ever served.
NPM_FILES = {
    "vendor/htmx.js": "htmx.org/dist/htmx.min.js",
    "vendor/inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
}
STATICFILES_DIRS = [PACKAGE / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "salesops.web.npm.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
