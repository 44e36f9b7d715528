"""Django's settings, derived from :mod:`cleanheat.config.options`."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

from cleanheat.config import logs
from cleanheat.config.database import database
from cleanheat.config.options import options

OPTIONS = options()
DATA_DIR: Path = OPTIONS.data_dir.resolve()


def _secret_key() -> str:
    """The installation's own key: made once, kept beside the data, readable by the owner only."""
    path = DATA_DIR / "keys" / "django.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = _secret_key()
DEBUG = OPTIONS.debug
ALLOWED_HOSTS = OPTIONS.allowed_hosts
ROOT_URLCONF = "cleanheat.config.urls"
ASGI_APPLICATION = "cleanheat.config.asgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "channels",
    "axes",
    "cleanheat.infra",
    "cleanheat.accounts",
    "cleanheat.assets",
    "cleanheat.twin",
    "cleanheat.telemetry",
    "cleanheat.complaints",
    "cleanheat.quality",
    "cleanheat.diagnosis",
    "cleanheat.alerts",
    "cleanheat.orders",
    "cleanheat.governance",
    "cleanheat.evaluation",
    "cleanheat.overview",
    "cleanheat.catalogue",
    "cleanheat.pipeline",
    "cleanheat.screens",
]
MIDDLEWARE = [  # few: every request pays for each
    "cleanheat.config.frontend.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cleanheat.infra.secrecy.clients.ClientView",
]
DATABASES = {"default": database(OPTIONS.database_url, DATA_DIR)}
TSDB_DSN = OPTIONS.tsdb_dsn
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "cleanheat.accounts.sessions.KeepingBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a stranger elsewhere cannot lock somebody out
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # sign-ins stand in the audit chain
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # accounts.actions.sign_in answers a lock-out itself, without the middleware
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", **more}
    for name, more in (
        ("UserAttributeSimilarityValidator", {"OPTIONS": {"user_attributes": ("username", "display_name", "phone")}}),
        ("MinimumLengthValidator", {"OPTIONS": {"min_length": 10}}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
STATIC_URL = "/static/"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3_600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OPTIONS.behind_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OPTIONS.behind_https else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
UPLOAD_MAX_BYTES = 210 * 1024 * 1024  # an attachment; what each kind may hold stands in infra/files/limits.toml
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "file_permissions_mode": 0o600},
    },
}
FINISHED_KEPT_DAYS = OPTIONS.finished_kept_days
LOGGING = logs.configure()
SATELLITE_FILE = OPTIONS.satellite_file or DATA_DIR / "satellite.toml"
SATELLITE_CACHE_BYTES = OPTIONS.satellite_cache_mb * 1_000_000
