"""Settings, all read from the environment (or `.env`), one section per concern. `.env.example` lists every name.

With `DATABASE_URL` or `CELERY_BROKER_URL` unset the embedded services are used: `manage.py up` starts them and
records where they listen in `var/services.json`.
"""

import json
import re
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

# Django's generic classes take type arguments only where this is called.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("SEARCHSITE_VAR_DIR", default=str(BASE_DIR / "var")))
_services_file = VAR_DIR / "services.json"
EMBEDDED_SERVICES: dict[str, Any] = json.loads(_services_file.read_text()) if _services_file.exists() else {}

# --- Core ---------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
# The supervisor writes a random key beside the services; a deployment must set its own.
# Without one, build steps (collectstatic, makemigrations) still run; serving refuses (searchsite/wsgi.py).
BUILD_ONLY_SECRET_KEY = "insecure-only-for-build-steps"
SECRET_KEY = env.str("SECRET_KEY", default="") or EMBEDDED_SERVICES.get("secret_key", BUILD_ONLY_SECRET_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ROOT_URLCONF = "searchsite.urls"
WSGI_APPLICATION = "searchsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "simple_history",
    "axes",
    "corsheaders",
    "csp",
    "searchsite",
    "catalog",
    "ranking",
    "feedback",
]
MIDDLEWARE = [
    "searchsite.request_ids.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "searchsite.middleware.AdminPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]

# --- Database -----------------------------------------------------------------------------------------------------
_broker_url = env.str("CELERY_BROKER_URL", default="") or EMBEDDED_SERVICES.get(
    "broker_url", "redis://127.0.0.1:6379/0"
)
_database_url = env.str("DATABASE_URL", default="") or EMBEDDED_SERVICES.get("database_url", "")
DATABASES = {
    "default": {
        **environ.Env.db_url_config(_database_url or "postgresql://shop@127.0.0.1:5432/shop"),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
    }
}

# --- Cache --------------------------------------------------------------------------------------------------------
# Throttle counters are shared by all web workers and hold integers only; the default cache never leaves its process.
_cache_url = env.str("CACHE_URL", default="")
if not _cache_url:
    _cache_url = _broker_url
_cache_url = re.sub(r"^redis\+socket://", "unix://", _cache_url).replace("virtual_host=", "db=")
_IN_PROCESS_CACHE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES: dict[str, Any] = {
    "default": _IN_PROCESS_CACHE,
    "throttle": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _cache_url,
        "KEY_PREFIX": env.str("CELERY_KEY_PREFIX", default="") + "searchsite",
        # A dead cache may cost one request a quarter of a second, not ten (the client's own retries).
        "OPTIONS": {"socket_connect_timeout": 0.25, "socket_timeout": 0.25, "retry": Retry(NoBackoff(), 0)},
    }
    if _cache_url.startswith(("redis://", "rediss://", "unix://"))
    else _IN_PROCESS_CACHE,
}

# --- Languages, time, money ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "searchsite" / "locale", BASE_DIR / "searchsite" / "locale_libraries"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
SHOP_CURRENCY = env.str("SHOP_CURRENCY", default="USD")
SHOP_NAME = env.str("SHOP_NAME", default="Searchsite")
# What rules know of the storefront's visitor: the market, and a dotted path: request → segments ("new", "vip").
STOREFRONT_MARKET = env.str("STOREFRONT_MARKET", default="")
STOREFRONT_SEGMENTS = env.str("STOREFRONT_SEGMENTS", default="")

# --- Files --------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
# Product pictures only (searchsite/media.py); off where a file server or CDN delivers them.
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = True
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=2 * 1024**3)
# A file in mode "replace" that lists fewer products than this lets archives nothing unless told so.
UPLOAD_MAX_ARCHIVED_PERCENT = env.int("UPLOAD_MAX_ARCHIVED_PERCENT", default=30)
UPLOAD_MAX_UNPACKED_BYTES = env.int("UPLOAD_MAX_UNPACKED_BYTES", default=8 * 1024**3)

# --- Security -----------------------------------------------------------------------------------------------------
# Plain-HTTP use on one's own machine (`make up`) turns these off; every other deployment keeps them.
SECURE = env.bool("SECURE_COOKIES", default=not (DEBUG or bool(EMBEDDED_SERVICES)))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE)
# Probes come over plain HTTP, and a redirect would count as success.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000 if SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Behind our own reverse proxy its X-Forwarded-* headers are believed; without one they are anyone's to write.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "searchsite.error_views.csrf_failure"
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = ("accept", "accept-language", "authorization", "content-type", "x-api-key", "x-csrftoken")
CORS_EXPOSE_HEADERS = ("retry-after",)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *env.list("IMAGE_ORIGINS", default=[])],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=8)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "searchsite.error_views.locked_out"
AXES_CLIENT_IP_CALLABLE = "searchsite.access.client_ip"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("REQUEST_MAX_BYTES", default=4 * 1024**2)

# --- REST ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "searchsite.access.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["searchsite.access.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["searchsite.parsers.LimitedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "searchsite.pagination.KeyPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.URLPathVersioning",
    "DEFAULT_VERSION": "v1",
    "ALLOWED_VERSIONS": ["v1"],
    "EXCEPTION_HANDLER": "searchsite.api_errors.handle_api_error",
    "DEFAULT_THROTTLE_CLASSES": ["searchsite.throttles.ScopeThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "search": env.str("THROTTLE_SEARCH", default="6000/min"),
        "events": env.str("THROTTLE_EVENTS", default="6000/min"),
        "catalog": env.str("THROTTLE_CATALOG", default="600/min"),
        "admin": env.str("THROTTLE_ADMIN", default="600/min"),
        **dict.fromkeys(("rules:read", "rules:write", "rules:approve"), env.str("THROTTLE_RULES", default="600/min")),
        "public": env.str("THROTTLE_PUBLIC", default="300/min"),
    },
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Whether a storefront without a key may search; the shop's own pages never need one.
SEARCH_API_PUBLIC = env.bool("SEARCH_API_PUBLIC", default=False)
SPECTACULAR_SETTINGS = {
    "TITLE": "Searchsite API",
    "DESCRIPTION": "Merchandised, personalised product search: search, suggest, catalog uploads and rules.",
    "VERSION": "1.0.0",
    # Rule documents are described by pydantic, which writes the JSON Schema of 3.1.
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "searchsite.openapi.add_errors",
    ],
    "ENUM_NAME_OVERRIDES": {
        "LocaleEnum": "catalog.contracts.LOCALES",
        "UploadStatusEnum": "catalog.models.Upload.Status",
        "ProductStatusEnum": "catalog.models.Product.Status",
        "SynonymStatusEnum": "ranking.models.Synonym.Status",
        "RuleFormatEnum": "ranking.moving.formats.RULE_FORMATS",
        "SynonymFormatEnum": "ranking.synonyms_file.FORMATS",
        "RuleStatusEnum": ["draft", "review", "live", "paused"],
    },
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": False, "displayRequestDuration": True, "docExpansion": "list"},
}

# --- Celery -------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = _broker_url
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_TASK_ROUTES = {
    "catalog.tasks.embed_*": {"queue": "gpu"},
    "catalog.tasks.*_on_gpu": {"queue": "gpu"},
    "feedback.tasks.train_*": {"queue": "train"},
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("CELERY_VISIBILITY_TIMEOUT", default=6 * 3600),
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    # Keeps the queues of several shops apart in one broker.
    "global_keyprefix": env.str("CELERY_KEY_PREFIX", default=""),
}
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "embed-attribute-values": {"task": "ranking.tasks.embed_attribute_values", "schedule": 120.0},
    "extract-stale-products": {"task": "catalog.tasks.extract_stale", "schedule": 60.0},
    "extract-stale-products-on-gpu": {"task": "catalog.tasks.extract_stale_on_gpu", "schedule": 60.0},
    "embed-stale-products": {"task": "catalog.tasks.embed_stale", "schedule": 60.0},
    "merge-index-segments": {"task": "catalog.tasks.merge_segments", "schedule": 300.0},
    "index-stale-products": {"task": "catalog.tasks.index_stale", "schedule": 60.0},
    "mine-synonyms": {"task": "ranking.tasks.mine_synonyms", "schedule": 24 * 3600.0},
    "embed-stale-pictures": {"task": "catalog.tasks.embed_pictures", "schedule": 300.0},
    "find-duplicates": {"task": "catalog.tasks.find_new_duplicates", "schedule": 24 * 3600.0},
    "raise-review-alerts": {"task": "catalog.tasks.raise_review_alerts", "schedule": 24 * 3600.0},
    "read-reviews": {"task": "catalog.tasks.read_reviews", "schedule": 60.0},
    "forget-old-answers": {"task": "catalog.tasks.forget_old_answers", "schedule": 24 * 3600.0},
    "refresh-confidences": {"task": "catalog.tasks.refresh_confidences", "schedule": 24 * 3600.0},
    "prune-query-log": {"task": "ranking.tasks.prune_query_log", "schedule": 24 * 3600.0},
    "check-health": {"task": "ranking.tasks.check_health", "schedule": 24 * 3600.0},
    "refresh-schemas": {"task": "ranking.tasks.refresh_schemas", "schedule": 24 * 3600.0},
    "refresh-suggestions": {"task": "ranking.tasks.refresh_suggestions", "schedule": 300.0},
    "tend-simulations": {"task": "ranking.tasks.tend_simulations", "schedule": 60.0},
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# searchsite/request_ids.py decides: without a proxy in front, or where it is no id, the header holds our own by then.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True

# --- Models -------------------------------------------------------------------------------------------------------
from searchsite.model_settings import *  # noqa: E402, F403 - a section of its own length
from searchsite.ranking_settings import *  # noqa: E402, F403

# --- Logs ---------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
_shared_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
]
structlog.configure(
    processors=[
        *_shared_processors,
        structlog.stdlib.filter_by_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": _shared_processors,
        },
        "console": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.dev.ConsoleRenderer(),
            "foreign_pre_chain": _shared_processors,
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # A line per request costs more than a cached search; tasks are few, and their lines carry the request's id.
        "django_structlog": {"level": "WARNING"},
        "django_structlog.celery": {"level": LOG_LEVEL},
        "axes.apps": {"level": "WARNING"},
    },
}

# --- Admin --------------------------------------------------------------------------------------------------------
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Searchsite",
    "SITE_HEADER": "Searchsite",
    "SITE_SUBHEADER": _("Search and merchandising"),
    "SITE_SYMBOL": "manage_search",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("storefront/icon.svg")},
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "STYLES": [lambda request: static("searchsite/admin.css")],
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "searchsite.admin_navigation.build_navigation",
    },
}
