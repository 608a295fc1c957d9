"""The ground in the administration: perimeter, nomenclatures, facilities, history of registers.

Every write raises the data version, the ground included, in the transaction that makes it, so
that published figures are read again through it. Who changed what is kept by Django's own log
of the administration, which is written with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db import models, transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from reference.documents import normalise_label
from reference.models import (
    DataVersion,
    Departement,
    DocumentGroup,
    DocumentType,
    DocumentTypeAlias,
    Event,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    Programme,
    ProgrammeMembership,
    Region,
    RegisterImport,
    Target,
    raise_data_version,
)

if TYPE_CHECKING:
    # Generic in the type stubs only: at run time, none of them takes a parameter.
    BaseAdmin = admin.ModelAdmin[Any]
    AliasInlineBase = admin.TabularInline[DocumentTypeAlias, DocumentType]
    PeriodInlineBase = admin.TabularInline[FacilityPeriod, Facility]
    MembershipInlineBase = admin.TabularInline[ProgrammeMembership, Programme]
    AliasFormBase = forms.ModelForm[DocumentTypeAlias]
else:
    BaseAdmin = admin.ModelAdmin
    AliasInlineBase = PeriodInlineBase = MembershipInlineBase = admin.TabularInline
    AliasFormBase = forms.ModelForm


#: Above this number, the members of a programme are not edited one by one.
FEW_MEMBERS = 200


class GroundAdmin(BaseAdmin):
    """A model through which figures are read: each write raises the data version.

    `ground`: published facts are to be read through it again.
    """

    ground = True

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm[Any], change: bool
    ) -> None:
        # Before the write: whoever publishes takes the same row first. Inlines follow this call.
        self._raise(f"{obj}")
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        self._raise(f"{obj}")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self._raise("suppression")
        super().delete_queryset(request, queryset)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, its grouped edits and actions wholly done or not at all."""
        with transaction.atomic():
            return super().changelist_view(request, extra_context)

    def _raise(self, what: str) -> None:
        label = self.opts.verbose_name
        raise_data_version(f"administration, {label}\u202f: {what}", ground=self.ground)


class KeptAdmin(GroundAdmin):
    """What the register once knew: closed, never forgotten, for published figures name it."""

    def has_delete_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False


class ReadOnlyAdmin(BaseAdmin):
    """Rows that nobody writes by hand: histories, monthly files."""

    def has_add_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    def has_change_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    def has_delete_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False


@admin.register(Region)
class RegionAdmin(GroundAdmin):
    """The régions and their addresses."""

    list_display = ("name", "code", "slug", "linking_type")
    search_fields = ("name", "code")


@admin.register(Departement)
class DepartementAdmin(GroundAdmin):
    """The départements and how French says "in" them."""

    list_display = ("code", "name", "locative", "linking_type", "region")
    list_filter = ("region",)
    list_select_related = ("region",)
    search_fields = ("code", "name")


@admin.register(FacilityCategory)
class FacilityCategoryAdmin(GroundAdmin):
    """The perimeter: sector and membership of each category, with what they weigh."""

    list_display = (
        "code",
        "label",
        "sector",
        "in_perimeter",
        "open_facilities",
        "confidence",
        "reason",
    )
    list_editable = ("sector", "in_perimeter")
    list_filter = ("in_perimeter", "sector", "confidence", "aggregate_label")
    list_per_page = 400
    search_fields = ("code", "label", "aggregate_label")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[FacilityCategory]:
        counts = (
            FacilityPeriod.objects.filter(category=OuterRef("pk"), ends_on=None)
            .order_by()
            .values("category")
            .annotate(n=Count("pk"))
            .values("n")
        )
        categories: models.QuerySet[FacilityCategory] = super().get_queryset(request)
        return categories.annotate(open_count=Coalesce(Subquery(counts), 0))

    @admin.display(description="ESMS ouverts", ordering="open_count")
    def open_facilities(self, category: FacilityCategory) -> int:
        """How many facilities of the category are open, all regions together."""
        count: int = getattr(category, "open_count", 0)
        return count


@admin.register(LegalEntity)
class LegalEntityAdmin(KeptAdmin):
    """The organismes gestionnaires and the groups that people know them by."""

    list_display = ("finess", "name", "siren", "group")
    search_fields = ("finess", "name", "siren", "group")
    show_full_result_count = False


class FacilityPeriodInline(PeriodInlineBase):
    """What a facility was, from when to when."""

    model = FacilityPeriod
    extra = 0
    autocomplete_fields = ("category", "legal_entity")


@admin.register(Facility)
class FacilityAdmin(KeptAdmin):
    """One facility: its sector when its category tells it wrong, its history."""

    list_display = ("finess", "name", "departement", "commune", "sector_override", "seen_on")
    list_filter = ("sector_override", "departement__region")
    list_select_related = ("departement",)
    search_fields = ("finess", "name", "commune")
    show_full_result_count = False
    inlines = (FacilityPeriodInline,)

    def get_readonly_fields(
        self, _request: HttpRequest, obj: Facility | None = None
    ) -> tuple[str, ...]:
        """What published figures are filed under does not change; a new facility is given it."""
        return () if obj is None else ("finess", "departement")


@admin.register(DocumentGroup)
class DocumentGroupAdmin(GroundAdmin):
    """The series of the committee's chart."""

    list_display = ("label", "short_label", "position", "color")


class AliasForm(AliasFormBase):
    """An alias, kept in the form in which files are compared with it."""

    class Meta:
        model = DocumentTypeAlias
        fields = ("document_type", "label")

    def clean_label(self) -> str:
        label = normalise_label(self.cleaned_data["label"])
        if not label:
            raise forms.ValidationError("Cette écriture ne contient ni lettre ni chiffre.")
        return label


class DocumentTypeAliasInline(AliasInlineBase):
    """The writings of one document type."""

    model = DocumentTypeAlias
    form = AliasForm
    extra = 1


@admin.register(DocumentType)
class DocumentTypeAdmin(GroundAdmin):
    """The document types, their series and their writings."""

    list_display = ("code", "label", "group", "generic", "class_label")
    list_editable = ("group", "generic")
    list_filter = ("group", "generic", "class_label")
    list_per_page = 200
    search_fields = ("code", "label", "aliases__label")
    inlines = (DocumentTypeAliasInline,)


@admin.register(DocumentTypeAlias)
class DocumentTypeAliasAdmin(GroundAdmin):
    """All the writings of all the document types."""

    form = AliasForm
    list_display = ("label", "document_type")
    list_select_related = ("document_type",)
    search_fields = ("label", "document_type__code", "document_type__label")
    autocomplete_fields = ("document_type",)


class ProgrammeMembershipInline(MembershipInlineBase):
    """Who is in a programme, one facility after the other; a list brought as a file does more."""

    model = ProgrammeMembership
    extra = 0
    autocomplete_fields = ("facility",)


@admin.register(Programme)
class ProgrammeAdmin(GroundAdmin):
    """The programmes; their members come mostly from lists."""

    ground = False
    list_display = ("name", "code", "members")
    search_fields = ("name", "code", "description")

    def get_inlines(self, _request: HttpRequest, obj: Programme | None) -> tuple[Any, ...]:
        """Members one by one only where they fit on a page."""
        few = obj is None or obj.memberships.count() <= FEW_MEMBERS
        return (ProgrammeMembershipInline,) if few else ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Programme]:
        programmes: models.QuerySet[Programme] = super().get_queryset(request)
        return programmes.annotate(member_count=Count("memberships"))

    @admin.display(description="membres", ordering="member_count")
    def members(self, programme: Programme) -> int:
        """How many facilities it has, all regions together."""
        count: int = getattr(programme, "member_count", 0)
        return count


@admin.register(Event)
class EventAdmin(GroundAdmin):
    """The events of territories; analysts enter them on the pages of their région."""

    ground = False
    list_display = ("label", "region", "departement", "month", "last_month")
    list_filter = ("region",)
    list_select_related = ("region", "departement")
    search_fields = ("label", "note")


@admin.register(Target)
class TargetAdmin(GroundAdmin):
    """The targets of territories; analysts enter them on the pages of their région."""

    ground = False
    list_display = ("indicator", "region", "departement", "sector", "month", "last_month", "value")
    list_filter = ("region", "indicator")
    list_select_related = ("region", "departement")
    search_fields = ("label",)


@admin.register(RegisterImport)
class RegisterImportAdmin(ReadOnlyAdmin):
    """The registers that were applied."""

    list_display = ("file_name", "register_date", "layout", "imported_at")
    list_filter = ("layout",)


@admin.register(DataVersion)
class DataVersionAdmin(ReadOnlyAdmin):
    """The number of the present state of the figures."""

    list_display = ("number", "ground", "folded_ground", "reason", "raised_at")
