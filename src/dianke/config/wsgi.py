"""The WSGI entry that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dianke.config.settings")

from dianke.config import telemetry

telemetry.start_when_asked()
application = get_wsgi_application()
