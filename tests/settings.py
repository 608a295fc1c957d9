"""The settings of tests: the real ones on throw-away servers and folders, quick passwords."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# One folder for the whole run: the processes that pytest-xdist starts inherit the variable.
if "MES_TEST_DATA_DIR" not in os.environ:
    os.environ["MES_TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="mes-test-")
    atexit.register(shutil.rmtree, os.environ["MES_TEST_DATA_DIR"], ignore_errors=True)
os.environ["MES_DATA_DIR"] = os.environ["MES_TEST_DATA_DIR"]
os.environ["MES_INSECURE_HTTP"] = "1"

from mes_dashboard.settings import *  # noqa: F403  # the environment comes first
from tests.strictness import UndefinedVariable

MES_THROWAWAY_SERVICES = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # nothing is collected: pages of browser tests read the sources
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("undefined")  # noqa: F405  # as above
