"""Django settings: everything comes from the environment, and what is unset is safe."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import django_stubs_ext

from mes_dashboard.environment import Environment, generated_secret

django_stubs_ext.monkeypatch()  # lets `ModelAdmin[User]` be written where types are checked

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# What the instance keeps on this machine: local databases, files, the generated key, logs.
DATA_DIR = Path(env.str("MES_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
MES_DATA_DIR = DATA_DIR

# The product's own settings.
MES_DEMO = env.bool("MES_DEMO", default=False)  # says on each page that figures are fictitious
MES_OFFICIAL_BRAND = env.bool("MES_OFFICIAL_BRAND", default=False)  # State bodies only
MES_SUPPORT_EMAIL = env.str("MES_SUPPORT_EMAIL", default="")
MES_UPLOAD_MAX_BYTES = env.int("MES_UPLOAD_MAX_BYTES", default=100 * 1024**2)
MES_UPLOAD_MAX_FILES = env.int("MES_UPLOAD_MAX_FILES", default=20)
MES_UPLOAD_MAX_REQUEST_BYTES = env.int(
    "MES_UPLOAD_MAX_REQUEST_BYTES", default=4 * MES_UPLOAD_MAX_BYTES
)
MES_UNPACKED_MAX_BYTES = env.int("MES_UNPACKED_MAX_BYTES", default=300 * 1024**2)
MES_RELEASE = env.str("MES_RELEASE", default="0.1.0")
MES_MASKED_BELOW = env.int("MES_MASKED_BELOW", default=11)  # one site's documents, in public files
MES_NOTICES = env.bool("MES_NOTICES", default=True)  # e-mails about files, once they were treated
MES_INBOX = env.str("MES_INBOX", default="")  # a folder whose files are taken; unset: none is
MES_INBOX_SETTLE = env.int("MES_INBOX_SETTLE", default=25)  # seconds without growing, before
# Who fed, in the perimeter or not: what indicators.perimeter asks of the floor above it.
MES_FEEDERS = "ingestion.publishing.feeders.feeders"
MES_SITE_URL = env.str("MES_SITE_URL", default="").rstrip("/")  # "https://host", for links in them

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or generated_secret(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "widget_tweaks",
    "dsfr",
    "axes",
    "csp",
    "reference",
    "accounts",
    "indicators",
    "ingestion",
    "dashboard",
]

MIDDLEWARE = [
    "mes_dashboard.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mes_dashboard.addresses.NulMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mes_dashboard.urls"
WSGI_APPLICATION = "mes_dashboard.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data. Without an address, a real server is started under DATA_DIR at the first connection.
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    if password := env.str("DATABASE_PASSWORD", default=""):
        DATABASES["default"]["PASSWORD"] = password
else:
    DATABASES = {
        "default": {
            "ENGINE": "mes_dashboard.postgresql",
            "NAME": "mes_dashboard",
            "USER": "mes_dashboard",
        }
    }
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # The readings and the pages that a process served last: about 2 MB and a fifth of one each.
    "near": {
        "BACKEND": "dashboard.memory.ObjectCache",
        "LOCATION": "near",
        "OPTIONS": {"MAX_ENTRIES": 24},
    },
    "pages": {
        "BACKEND": "dashboard.memory.ObjectCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 150},
    },
    # What other pages are made from: lists of ESMS and programmes, a megabyte at most.
    "parts": {
        "BACKEND": "dashboard.memory.ObjectCache",
        "LOCATION": "parts",
        "OPTIONS": {"MAX_ENTRIES": 30},
    },
    # What workers prepare for all web processes; keys contain the data version, so none expires.
    "readings": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "dashboard_reading",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}
MES_THROWAWAY_SERVICES = False  # local servers that may lose everything: tests only

# Work done beside the pages. Tasks can be run twice: what a killed worker held is sent again.
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "redis://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("MES_VISIBILITY_TIMEOUT", default=3600),
    "socket_connect_timeout": 2,  # an unreachable broker must not hold a request
}
CELERY_TASK_DEFAULT_QUEUE = "mes-dashboard"
# Files made for people wait for no extract, and no extract for them.
CELERY_TASK_ROUTES = {"dashboard.tasks.make_export": {"queue": "exports"}}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "ingestion.tasks.sweep",
        "schedule": dt.timedelta(seconds=30),
        "options": {"expires": 25},  # none waits while no worker runs
    },
    "readings": {
        "task": "dashboard.tasks.prepare_readings",  # two queries when nothing changed
        "schedule": dt.timedelta(seconds=5),
        "options": {"expires": 4},
    },
    "letters": {
        "task": "dashboard.tasks.send_letters",
        "schedule": dt.timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "exports": {
        "task": "dashboard.tasks.sweep_exports",
        "schedule": dt.timedelta(seconds=30),
        "options": {"expires": 25},
    },
    "exports-purge": {
        "task": "dashboard.tasks.purge_exports",
        "schedule": dt.timedelta(hours=1),
        "options": {"expires": 3000},
    },
    "decks": {
        "task": "dashboard.tasks.schedule_decks",
        "schedule": dt.timedelta(seconds=60),
        "options": {"expires": 55},
    },
}
if MES_INBOX:
    CELERY_BEAT_SCHEDULE["inbox"] = {
        "task": "ingestion.tasks.look_in_inbox",
        "schedule": dt.timedelta(seconds=30),
        "options": {"expires": 25},
    }

# Who signs in.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_RESET_TIMEOUT = 24 * 3600
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # nobody can keep a lock going
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "accounts.address.client_address"

# What browsers are told. Plain HTTP is for an instance that only this machine reaches.
INSECURE_HTTP = env.bool("MES_INSECURE_HTTP", default=False)
SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_HTTP
SECURE_HSTS_PRELOAD = not INSECURE_HTTP
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = not INSECURE_HTTP
CSRF_COOKIE_SECURE = not INSECURE_HTTP
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
MES_TRUST_PROXY = env.bool("MES_TRUST_PROXY", default=False)  # a proxy of ours ends TLS
if MES_TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# No nonce: a cached page answered with 304 would carry scripts that the new nonce refuses.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# Files: static ones are built once and served by the application, received ones are private.
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("MES_STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "mes_dashboard.plotly_bundle.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DSFR_USE_INTEGRITY_CHECKSUMS = False  # the manifest rewrites files, so their checksums change
MEDIA_ROOT = Path(env.str("MES_MEDIA_ROOT", default=str(DATA_DIR / "media")))
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "ingestion.upload_handler.LimitedUploadHandler",
]
# Zeros are confirmed by month and département: 60 months of a national file have 6,000 of them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10 * MES_UPLOAD_MAX_FILES  # above it, no form can answer
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Messages, printed unless an address such as smtp+tls://user:password@host:587 is given.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # seconds: a mail server that does not answer must not hold the worker
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ne-pas-repondre@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("MES_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"level": "INFO", "propagate": True, "handlers": []},
        "django.server": {"level": "INFO", "propagate": True, "handlers": []},
    },
}
