"""How gunicorn serves the application, for `make run` and for the container alike."""

import os

bind = f"{os.environ.get('MES_BIND', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104  # the container's own address
wsgi_app = "mes_dashboard.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 60
graceful_timeout = 10
preload_app = True  # the libraries are loaded once and shared
max_requests = 2000
max_requests_jitter = 200
worker_tmp_dir = "/dev/shm"  # noqa: S108  # heartbeats must not wait for a disk
accesslog = "-"
control_socket_disable = True  # nobody is to steer it but signals
