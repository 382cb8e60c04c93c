"""The office's application, as a server runs it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesops.web.office_settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
