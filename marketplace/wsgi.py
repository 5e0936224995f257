"""Django's HTTP side."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
application = get_wsgi_application()
assert get_resolver().url_patterns  # all pages are loaded now, not by the first request of a returning crowd
