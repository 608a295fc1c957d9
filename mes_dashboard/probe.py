"""Asks this machine's web server whether it is ready: a container's health check, without curl."""

from __future__ import annotations

import http.client
import os
import sys
from http import HTTPStatus

LIVENESS = "/sante/"
READINESS = "/sante/pret/"


def ready(port: int) -> bool:
    """Whether the web server that listens on a port of this machine can do its work."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", READINESS)
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not ready(int(os.environ.get("PORT", "8000"))))
