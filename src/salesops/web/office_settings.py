"""Django's settings for an office: a database of records, people who sign in, and a book that follows."""

import os
from pathlib import Path

from salesops.records.database import database
from salesops.web.settings import *  # noqa: F403  the local server's, but for what differs below
from salesops.web.settings import INSTALLED_APPS as LOCAL_APPS

SALESOPS_OFFICE = Path(os.environ.get("SALESOPS_OFFICE", "office"))
SALESOPS_BOOK = SALESOPS_OFFICE / "book"
DATABASES = {"default": database(SALESOPS_OFFICE, os.environ.get("SALESOPS_DATABASE", ""))}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "salesops.records",
    *LOCAL_APPS,
]
AUTH_USER_MODEL = "records.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
