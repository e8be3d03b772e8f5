"""The WSGI entry that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dianke.config.settings")

from dianke.config import telemetry

telemetry.start_when_asked()
application = get_wsgi_application()

# What was imported stays for ever: the collector need not look through it while a page waits, nor start so often.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
