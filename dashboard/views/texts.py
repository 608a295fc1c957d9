"""The texts of a région: their states, and the page where analysts write one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from accounts.scope import departement_or_404, may, region_of_request, require_role
from dashboard.drafts import drafts
from dashboard.models import Subject, TextVersion
from dashboard.texts import Place, Topic, region_of, subjects
from dashboard.texts_page import RESTORE, TextForm, is_number, lines, page_of, states, versions
from dashboard.writing import Pen, StaleTextError
from indicators.snapshot import snapshot
from reference.listings import file_asked

SAVE, PUBLISH, UNPUBLISH, TAKE = "enregistrer", "publier", "retirer", "reprendre"


@never_cache
@require_safe
def texts(request: HttpRequest, slug: str) -> HttpResponse:
    """Every text of a région: proposed, draft, published, to be read again."""
    place = region_of_request(request, slug)
    writes = may(request, place, Role.ANALYST)
    with snapshot() as version:
        found = drafts(place, version)
        departements = place.departements.order_by("code")
        groups = states([place, *departements], found, writes=writes) if found else []
    file = file_asked(request, f"R{place.code}_v{version}", {"textes": lambda: lines(groups)})
    if file is not None:
        return file
    context = {"place": place, "groups": groups, "writes": writes}
    return render(request, "dashboard/texts/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def region_text(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the text of a région is written."""
    return _text(request, region_of_request(request, slug), Subject.REGION.value)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def departement_text(request: HttpRequest, code: str, subject: str) -> HttpResponse:
    """Where the text of one chart of a département is written."""
    return _text(request, departement_or_404(request.user, code), subject)


def _text(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    if name not in subjects(place):
        raise Http404("Aucun texte à cette adresse.")
    require_role(request.user, region_of(place), Role.ANALYST)
    with snapshot() as version:
        found = drafts(place, version)
        topic = found.topic(place, Subject(name)) if found else None
        if topic and request.method != "POST":
            return _page(request, topic)
    if topic is None:
        return render(request, "dashboard/texts/nothing.html", {"place": region_of(place)})
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page(request, topic, form, status=400)
    return _posted(request, topic, form)


def _posted(request: HttpRequest, topic: Topic, form: TextForm) -> HttpResponse:
    """Do what the button said, unless somebody wrote in the meantime."""
    pen = Pen(topic, seen=form.cleaned_data["version"], actor=cast("User", request.user))
    try:
        said = _act(pen, request.POST.get("action", SAVE), form.cleaned_data["body"])
    except StaleTextError:
        return _page(request, topic, form, status=409)
    messages.success(request, said)
    return redirect(topic.address)


def _act(pen: Pen, action: str, body: str) -> str:
    """Write, and say what was done."""
    if action == PUBLISH:
        done = pen.publish(body)
        return "Le texte est publié." if done else "Ce texte est déjà celui qui est publié."
    if action == UNPUBLISH:
        pen.unpublish(body)
        return "Le texte n’est plus publié\u202f: les pages montrent la proposition automatique."
    if action == TAKE:
        pen.save(body, pen.topic.paragraph.text)
        return "La proposition automatique est reprise comme brouillon."
    if action.startswith(RESTORE):
        pen.save(body, _version(pen.topic, action.removeprefix(RESTORE)).body)
        return "La version choisie est reprise comme brouillon."
    added = pen.save(body)
    return "Le brouillon est enregistré." if added else "Rien n’a changé\u202f: rien à enregistrer."


def _version(topic: Topic, number: str) -> TextVersion:
    """A version of the text that is being written."""
    if not is_number(number):
        raise Http404("Aucune version de ce numéro.")
    return get_object_or_404(versions(topic), pk=int(number))


def _page(
    request: HttpRequest, topic: Topic, posted: TextForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a text; 409: `posted` was written over a version that is not the last one."""
    conflict = status == HTTPStatus.CONFLICT
    page = page_of(topic, before=request.GET.get("avant", ""))
    context: dict[str, Any] = {
        "place": region_of(topic.place),
        "topic": topic,
        "page": page,
        "form": page.form(posted, conflict=conflict),
        "conflict": page.conflict(posted) if posted and conflict else None,
    }
    return render(request, "dashboard/texts/edit.html", context, status=status)
