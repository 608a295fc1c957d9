"""The pages of events and targets: read by the users of a région, written by its analysts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from accounts.scope import may, region_of_request, require_role
from dashboard.charts.chart import Goal as Judged
from dashboard.goals.acts import (
    KINDS,
    AlreadyThereError,
    Kind,
    goals_of,
    import_goals,
    kind_of,
    remove,
    save,
)
from dashboard.goals.forms import FileForm, Goal, GoalForm
from dashboard.goals.outcomes import outcomes
from dashboard.goals.table import (
    MAX_BYTES,
    Problem,
    RefusedFileError,
    model_file,
    read_table,
    write_table,
)
from dashboard.goals.writing import period, value_words
from indicators.snapshot import snapshot
from reference import french
from reference.listings import Lines, attached, file_asked
from reference.models import Departement, Event, Region, Target, TargetIndicator
from reference.numbers import grouped

NARROW_COLON = "\u202f: "


@never_cache
@require_safe
def goals(request: HttpRequest, slug: str) -> HttpResponse:
    """The events and targets of a région."""
    place = region_of_request(request, slug)
    with snapshot() as version:
        found = goals_of(place)
        judged = outcomes(place, (goal for goal in found if isinstance(goal, Target)), version)
    events = [_row(goal) for goal in found if isinstance(goal, Event)]
    targets = [
        _row(goal) | {"judged": judged.get(goal.pk)} for goal in found if isinstance(goal, Target)
    ]
    file = file_asked(
        request,
        f"R{place.code}_v{version}",
        {"evenements": lambda: _events(events), "cibles": lambda: _targets(targets)},
    )
    if file is not None:
        return file
    context = {
        "place": place,
        "events": events,
        "targets": targets,
        "editable": may(request, place, Role.ANALYST),
    }
    return render(request, "dashboard/goals/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def goal_add(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Add an event or a target."""
    place, told = _writable(request, slug, kind)
    form = _form(request, place, told, None)
    if form.is_bound and form.is_valid() and _save(request, form, form.goal(), told):
        return redirect("dashboard:goals", slug=slug)
    context = {"place": place, "kind": told, "form": form}
    return _page(request, "add", context, 400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def goal(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """Change an event or a target."""
    place, told = _writable(request, slug, kind)
    found = _found(place, told, pk)
    form = _form(request, place, told, told.form.typed(found))
    if form.is_bound and form.is_valid():
        changed = form.goal()
        changed.pk = pk
        if _save(request, form, changed, told):
            return redirect("dashboard:goals", slug=slug)
    context = {"place": place, "kind": told, "form": form, "goal": found}
    return _page(request, "edit", context, 400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def goal_delete(request: HttpRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """Ask, then remove an event or a target."""
    place, told = _writable(request, slug, kind)
    found = _found(place, told, pk)
    if request.method == "POST":
        if remove(found, actor=cast("User", request.user)):
            messages.success(request, f"{told.removed.capitalize()}{NARROW_COLON}{found}.")
        return redirect("dashboard:goals", slug=slug)
    context = {"place": place, "kind": told, "goal": found, "row": _row(found)}
    return _page(request, "delete", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def goals_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring events and targets as a file, taken whole or not at all."""
    place = region_of_request(request, slug)
    require_role(request.user, place, Role.ANALYST)
    form = FileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    problems: tuple[Problem, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            problems = _import(request, place, form.cleaned_data["file"])
        except RefusedFileError as error:
            form.add_error("file", str(error))
        if not problems and not form.errors:
            return redirect("dashboard:goals", slug=slug)
    context = {"place": place, "form": form, "problems": problems}
    return _page(request, "import", context, 400 if problems or form.errors else 200)


@require_safe
def goals_file(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """What is entered, or the model to fill in, as CSV."""
    place = region_of_request(request, slug)
    if name == "modele-reperes":
        content = model_file()
    elif name == "reperes":
        content = write_table(goals_of(place))
    else:
        raise Http404("Aucun fichier à cette adresse.")
    return attached(f"{name}_{place.slug}.csv", content)


def _writable(request: HttpRequest, slug: str, kind: str) -> tuple[Region, Kind]:
    """The région and the kind of an address, when the user may write there.

    Raises:
        Http404: the user sees no such région, or there is no such kind. PermissionDenied: they
        only read.
    """
    place = region_of_request(request, slug)
    if kind not in KINDS:
        raise Http404("Aucune page à cette adresse.")
    require_role(request.user, place, Role.ANALYST)
    return place, KINDS[kind]


def _found(place: Region, kind: Kind, pk: int) -> Goal:
    found: Goal | None = (
        kind.model.objects.filter(region=place, pk=pk)
        .select_related("departement", "region")
        .first()
    )
    if found is None:
        raise Http404("Ce repère n’existe pas, ou plus.")
    return found


def _departements(place: Region) -> dict[str, Departement]:
    return {each.code: each for each in place.departements.order_by("code")}


def _form(request: HttpRequest, place: Region, kind: Kind, typed: dict[str, str] | None) -> Any:
    """The form of a kind: posted, else filled with what is `typed`."""
    posted = request.POST.dict() if request.method == "POST" else None
    form = kind.form(posted, region=place, departements=_departements(place))
    form.initial = typed or {}
    return form


def _save(request: HttpRequest, form: GoalForm, goal: Goal, kind: Kind) -> bool:
    """Save what a form says; False, said in it, when another one is the same."""
    act = kind.changed if goal.pk else kind.added
    try:
        changed = save(goal, actor=cast("User", request.user))
    except AlreadyThereError:
        form.add_error(None, kind.there)
        return False
    except kind.model.DoesNotExist:
        raise Http404("Ce repère vient d’être supprimé.") from None
    if changed:
        messages.success(request, f"{act.capitalize()}{NARROW_COLON}{goal}.")
    else:
        messages.info(request, "Rien n’a changé.")
    return True


def _import(request: HttpRequest, place: Region, file: UploadedFile[bytes]) -> tuple[Problem, ...]:
    """Take a file, or tell the problems of its lines."""
    read = read_table(file.read(MAX_BYTES + 1), place, _departements(place))
    if read.problems:
        return read.problems
    actor = cast("User", request.user)
    done = import_goals(place, read.goals, file=file.name or "", actor=actor)
    messages.success(
        request,
        f"Fichier importé{NARROW_COLON}{_counted(done.added, 'ajouté')}, "
        f"{_counted(done.changed, 'modifié')}, {_counted(done.same, 'inchangé')}.",
    )
    return ()


def _counted(count: int, word: str) -> str:
    """A count and what became of so many: "2 ajoutés", "1 repère modifié"."""
    return f"{grouped(count)} {word}{'s' if count > 1 else ''}"


def _row(goal: Goal) -> dict[str, Any]:
    """An event or a target as the list shows it."""
    row: dict[str, Any] = {
        "goal": goal,
        "kind": kind_of(goal),
        "period": period(goal),
        "place": french.typographic(goal.departement.name)
        if goal.departement
        else "Toute la région",
        "sector": "",
        "value": "",
        "indicator": "",
    }
    if not isinstance(goal, Event):
        indicator = TargetIndicator(goal.indicator)
        row["indicator"] = indicator.label
        row["value"] = value_words(indicator, goal.value)
        row["sector"] = french.typographic(goal.get_sector_display()) if goal.sector else "Tous"
    return row


def _events(rows: Iterable[Mapping[str, Any]]) -> Lines:
    """The events as a file."""
    yield "Intitulé", "Territoire", "Mois", "Jusqu’à", "Précision"
    for row in rows:
        event: Event = row["goal"]
        yield event.label, row["place"], event.month, event.last_month, event.note


def _targets(rows: Iterable[Mapping[str, Any]]) -> Lines:
    """The targets as a file, with what became of each."""
    yield (
        "Indicateur", "Territoire", "Secteur", "Mois", "Jusqu’à", "Valeur", "Résultat", "Constat",
        "Intitulé",
    )  # fmt: skip
    for row in rows:
        target: Target = row["goal"]
        judged: Judged | None = row["judged"]
        yield (
            row["indicator"],
            row["place"],
            row["sector"],
            target.month,
            target.last_month,
            row["value"],
            judged.outcome.value if judged else french.NOT_AVAILABLE,
            judged.found if judged else "",
            target.label,
        )


def _page(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, f"dashboard/goals/{name}.html", context, status=status)
