"""Django settings, typed in config.env; one file for every kind of process."""

import sys
from pathlib import Path
from typing import Any

import pghistory

from dianke.config.env import DatabaseAddress, read_environment
from dianke.interfaces.web.csp import CONTENT_SECURITY_POLICY  # noqa: F401 - read by django-csp
from dianke.platform.database.trackers import InsertAtOnce

ENV = read_environment()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.secret_key
DATA_KEYS_FILE = ENV.data_keys_file
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.allowed_hosts)
DATA_DIR = ENV.data_dir

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "dianke.platform.database",
    "dianke.platform.org",
    "dianke.platform.identity",
    "dianke.platform.audit",
    "dianke.platform.documents",
    "dianke.platform.protection",
    "dianke.platform.preferences",
    "dianke.platform.import_batches",
    "dianke.platform.api_access",
    "dianke.platform.outbox",
    "dianke.platform.links",
    "dianke.domain.customers",
    "dianke.domain.network",
    "dianke.domain.metering",
    "dianke.domain.tariffs",
    "dianke.domain.contracts",
    "dianke.domain.readings",
    "dianke.domain.billing",
    "dianke.domain.receivables",
    "dianke.domain.channels",
    "dianke.domain.collection",
    "dianke.domain.fee_control",
    "dianke.domain.service_orders",
    "dianke.domain.credit",
    "dianke.domain.valuation",
    "dianke.domain.load_shapes",
    "dianke.domain.profiles",
    "dianke.domain.watching",
    "dianke.domain.invoicing",
    "dianke.domain.audits",
    "dianke.interfaces.jobs",
    "dianke.interfaces.portal",
    "dianke.interfaces.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "dianke.interfaces.web.middleware.RequestIdMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "dianke.interfaces.web.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dianke.interfaces.web.middleware.ActorMiddleware",
    "dianke.interfaces.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "dianke.config.urls"
WSGI_APPLICATION = "dianke.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "dianke.interfaces.web.context.shell",
            ],
        },
    }
]


def _database(address: DatabaseAddress) -> dict[str, Any]:
    return {
        "ENGINE": "dianke.platform.database.backend",
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            # The first rows that fit are then the same when they are asked for again, as for the next page of a list.
            "options": "-c synchronize_seqscans=off",
            # None, Django's own, would forbid what platform/prepared_statements.py asks for; the ORM prepares nothing.
            "prepare_threshold": 5,
        },
    }


# "default" is the service's own log-in; "owner" is used by migrate alone (see platform.database).
DATABASES = {"default": _database(ENV.database), "owner": _database(ENV.database_owner)}
DATABASES["owner"]["TEST"] = {"MIRROR": "default"}
SERVICE_ROLE = ENV.database.user
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Staff"
AUTHENTICATION_BACKENDS = ["dianke.platform.identity.backends.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "dianke.platform.identity.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {
        "NAME": "dianke.platform.identity.passwords.UnlikeThePerson",
        "OPTIONS": {"user_attributes": ("login", "name")},
    },
    {"NAME": "dianke.platform.identity.passwords.NotACommonOne"},
    {"NAME": "dianke.platform.identity.passwords.NotOneKindOfCharacter"},
    {"NAME": "dianke.platform.identity.passwords.NotAmongTheLast"},
]
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:home"
SESSION_ENGINE = "dianke.platform.identity.browser_sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "dianke.interfaces.web.shell.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.behind_tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.behind_tls else None
SECURE_HSTS_SECONDS = 31_536_000 if ENV.behind_tls else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# A file of a province's readings is large on purpose; anything above is refused with a clear answer.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_BYTES = 64 * 1024 * 1024

USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "interfaces" / "web" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
# After `manage collectstatic` files carry their hash in the name, are compressed and cached for ever.
_COLLECTED = (STATIC_ROOT / "staticfiles.json").is_file()
_COLLECTING = "collectstatic" in sys.argv
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _COLLECTED or _COLLECTING
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _COLLECTED
WHITENOISE_MAX_AGE = 3600

EMAIL_HOST, EMAIL_PORT = ENV.mail.host, ENV.mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENV.mail.user, ENV.mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = ENV.mail.security == "starttls", ENV.mail.security == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail.sender or "nobody@localhost"
SIMULATED_CARRIER = ENV.simulated_carrier
SIMULATED_TAX_PLATFORM = ENV.simulated_tax_platform
SIMULATED_GATEWAY = ENV.simulated_gateway
SIMULATED_HEAD_END = ENV.simulated_head_end
SIMULATED_SIGNER = ENV.simulated_signer

PGHISTORY_BASE_MODEL = "dianke.platform.org.history.ScopedEvent"
# A row that was removed leaves a last line in its history too; pghistory by itself tracks only the other two.
PGHISTORY_DEFAULT_TRACKERS = (InsertAtOnce(), pghistory.UpdateEvent(), pghistory.DeleteEvent())

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "dianke.config.logs.PlainFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "dianke.config.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json" if ENV.log_json else "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "procrastinate": {"level": "WARNING"}},
}
