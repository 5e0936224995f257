"""Django's settings. Everything that differs between machines comes from `marketplace.environment`."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django_stubs_ext

from marketplace import appearance, environment, waits

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = environment.load()
PRODUCTION = ENVIRONMENT.name == "production"

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = False
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.origins
PUBLIC_ORIGINS = ENVIRONMENT.origins  # the only origins whose pages may open a socket

INSTALLED_APPS = [
    "marketplace",
    "realtime",
    "audit",
    "brands",
    "agents",
    "payouts",
    "shifts",
    "conversations",
    "dispatch",
    "assistant",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_vite",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.headless",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "marketplace.bodies.readable",
]

ROOT_URLCONF = "marketplace.urls"
ASGI_APPLICATION = "marketplace.asgi.application"
WSGI_APPLICATION = "marketplace.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "marketplace" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def database(url: str, **options: Any) -> dict[str, Any]:
    """Django's form of a PostgreSQL URL. A `host` in its query names a folder of UNIX sockets."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": ENVIRONMENT.engine,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**query, **options},
    }


# Limits for the role that runs: no request waits on a lock or a statement for long (the owner only migrates).
GUARDS = "-c lock_timeout=2s -c statement_timeout=5s -c idle_in_transaction_session_timeout=5s"
# One server process at its busiest: writer, lease, 4 readers, 8 requests, 8 pages. max_connections bounds the sum.
POOL = {"min_size": 1, "max_size": 24, "timeout": 10}

DATABASES = {
    "default": database(ENVIRONMENT.database_url, options=GUARDS, **({"pool": POOL} if ENVIRONMENT.pooled else {})),
    "owner": database(ENVIRONMENT.database_owner_url),
}
DATABASES["owner"]["TEST"] = {"MIRROR": "default"}
REDIS_URL = ENVIRONMENT.redis_url
BROKER_URL = ENVIRONMENT.broker_url  # the same server, as kombu spells it

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "agents.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

# Accounts: e-mail and password through allauth's headless API; the screens are our own.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_SIGNUP_FORM_CLASS = "agents.signup.SignupForm"
ACCOUNT_ADAPTER = "agents.signup.Adapter"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("browser",)
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": "/agent/confirm/{key}",
    "account_reset_password": "/agent/reset",
    "account_reset_password_from_key": "/agent/reset/{key}",
    "account_signup": "/agent/join",
}
LOGIN_URL = "/agent/"
LOGIN_REDIRECT_URL = "/admin/"  # Whoever logs in on a page of Django's own is an operator.

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(ENVIRONMENT.mail_dir)
DEFAULT_FROM_EMAIL = "Beckon <hello@beckon.example>"
if ENVIRONMENT.smtp_url:
    _smtp = urlsplit(ENVIRONMENT.smtp_url)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _smtp.hostname or "localhost", _smtp.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_smtp.username or ""), unquote(_smtp.password or "")
    EMAIL_USE_TLS = _smtp.scheme == "smtps"

# The cache counts log-in attempts and the pace of requests, and nothing else. Each process counts for itself, so that
# nobody is locked out, or let in faster, because Redis is away.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a log-in survives an emptied Redis
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
# Whose address counts for the pace of requests and log-ins: in production the one that the proxy in front saw, the last
# of X-Forwarded-For. Whatever a client writes there itself counts for nothing.
PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PRODUCTION else 0
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    },
    # The admin's own pages use inline handlers and styles; they are for staff and load nothing from elsewhere.
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["marketplace.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [BASE_DIR / "web" / "dist", BASE_DIR / "marketplace" / "static"] if path.exists()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": BASE_DIR / "web" / "dist" / "manifest.json"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["marketplace.bodies.JsonObject"],
    "DEFAULT_SCHEMA_CLASS": "marketplace.openapi.Schema",
    "EXCEPTION_HANDLER": "marketplace.problems.handler",
    "NUM_PROXIES": PROXIES,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {"TITLE": "Beckon", "VERSION": "1", "OAS_VERSION": "3.1.0", "SERVE_INCLUDE_SCHEMA": False}

UNFOLD = appearance.UNFOLD

# How long the clockwork waits, in seconds: at haste 1 the true values, for a rig the same clockwork faster.
BECKON_HASTE = ENVIRONMENT.haste
BECKON_WAITS = waits.shortened(BECKON_HASTE)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "filters": {"not_ours": {"()": "realtime.trouble.NotOurs"}},
    "loggers": {
        "uvicorn.error": {"level": "WARNING", "filters": ["not_ours"]},  # else two lines for each socket
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
    },
}
