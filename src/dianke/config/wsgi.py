"""The WSGI entry that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dianke.config.settings")

from dianke.config import telemetry
from dianke.config.env import read_environment
from dianke.interfaces.web.dealing import deal_evenly

telemetry.start_when_asked()
application = deal_evenly(get_wsgi_application(), board=read_environment().web_board)

# What was imported stays for ever: the collector need not look through it while a page waits, nor start so often.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
