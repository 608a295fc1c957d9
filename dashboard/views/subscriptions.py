"""What people want to be told of by e-mail, and the link by which they stop it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from dashboard.unsubscribing import read_stop, stop


@never_cache
@csrf_exempt  # the signed address is the secret, and mail programs post there (RFC 8058)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The page that a letter links to; a POST stops the letter, twice does nothing more."""
    asked = read_stop(token)
    if asked is None:
        raise Http404("Ce lien n’est pas de nous.")
    if request.method == "POST":
        stop(asked)
    context = {"asked": asked, "done": request.method == "POST"}
    return render(request, "dashboard/letters/unsubscribe.html", context)
