"""What people want to be told of by e-mail, and the link by which they stop it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from dashboard.subscriptions import UnknownChoiceError, blocks, save
from dashboard.unsubscribing import read_stop, stop


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request: HttpRequest) -> HttpResponse:
    """The territories of the user, and what they want to be sent; a POST changes it."""
    user = cast("User", request.user)  # LoginRequiredMiddleware let no one else in
    if request.method != "POST":
        return _page(request, user)
    try:
        changed = save(user, request.POST.dict())
    except UnknownChoiceError as error:
        return _page(request, user, str(error))
    if changed:
        messages.success(request, "Vos abonnements sont enregistrés.")
    else:
        messages.info(request, "Rien n’a changé.")
    return redirect("dashboard:subscriptions")


def _page(request: HttpRequest, user: User, problem: str = "") -> HttpResponse:
    found = blocks(user)
    context = {"blocks": found, "open": len(found) == 1, "problem": problem}
    status = 400 if problem else 200
    return render(request, "dashboard/letters/subscriptions.html", context, status=status)


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
