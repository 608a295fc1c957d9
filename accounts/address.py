"""Where a request comes from, which failed sign-ins are counted by, and where the site is."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address of the person: behind our proxy (`MES_TRUST_PROXY`), the one that it saw.

    Without it everybody behind the proxy would share its address, and anyone could lock anyone's
    account. Of X-Forwarded-For only the last address is the proxy's word; visitors may write the
    others. `None` when the server knows none (a Unix socket).
    """
    address: str | None = request.META.get("REMOTE_ADDR") or None
    if not settings.MES_TRUST_PROXY:
        return address
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(seen))
    except ValueError:
        return address


def absolute_url(path: str) -> str:
    """The address of a page for those who are not on the site: in an e-mail, in a report.

    `MES_SITE_URL`, else the first host that the site answers to.
    """
    if settings.MES_SITE_URL:
        return f"{settings.MES_SITE_URL}{path}"
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    named = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    host = named[0].lstrip(".") if named else "localhost"
    return f"{scheme}://{host}{path}"
