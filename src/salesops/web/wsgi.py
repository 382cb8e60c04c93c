"""The application the server runs."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesops.web.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
