"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from mes_dashboard.preload import load_pages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes_dashboard.settings")

application = get_wsgi_application()
load_pages()
