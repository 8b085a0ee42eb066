"""Admin of market permissions and of the audit log (to read only)."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from catalog.long_lists import LongList
from ranking.admin.listed_words import WordSearch
from ranking.admin.rule_pages import say_actions
from ranking.errors import NotAllowed
from ranking.governance.actors import Actor, actor_of_user
from ranking.governance.audit import governed
from ranking.governance.grants import check_grant, delete_grant, save_grant
from ranking.governance.policies import read_policies
from ranking.models import AuditEntry, MarketGrant

COMMAS = _("With commas between them.")


class WordsField(SimpleArrayField):
    """Words with commas between them, of either script, or each in a line of its own."""

    _SIGNS = str.maketrans(dict.fromkeys("，、\n", ","))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        words = (word.strip() for word in value.translate(self._SIGNS).split(","))
        return super().to_python(",".join(word for word in words if word))


def words_field(label: Any, *, help_text: Any = COMMAS, length: int = 100, rows: int = 0) -> WordsField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows}) if rows else UnfoldAdminTextInputWidget()
    return WordsField(
        forms.CharField(max_length=length), label=label, required=False, widget=widget, help_text=help_text
    )


class GovernedAdmin(ModelAdmin):
    """What is written here takes its place in the order of governed changes before it locks any row."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._in_order(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._in_order(request, super().delete_view, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._in_order(request, super().changelist_view, *args, **kwargs)

    def _in_order(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with governed():
            return view(request, *args, **kwargs)


class MarketGrantForm(forms.ModelForm):
    markets = words_field(_("Markets"), help_text=_("Codes with commas between them."), length=16)

    class Meta:
        model = MarketGrant
        fields = ["user", "group", "right", "all_markets", "markets"]

    # Set by the admin for each request; without one nothing is handed out.
    actor: Actor | None = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(cleaned.get("user")) == bool(cleaned.get("group")):
            self.add_error("user", _("Choose a user or a group, one of them."))
        if not cleaned.get("all_markets") and not cleaned.get("markets"):
            self.add_error("markets", _("Name the markets, or choose all markets."))
        return cleaned

    def _post_clean(self) -> None:
        """Asked of the row as it would be stored, which Django has put together by now."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        if self.actor is None:
            raise PermissionDenied
        stored = MarketGrant.objects.filter(pk=self.instance.pk).first()
        try:
            check_grant(self.instance, stored, self.actor, read_policies())
        except NotAllowed as error:
            self.add_error("user" if self.instance.user_id else "group", error.message)


@admin.register(MarketGrant)
class MarketGrantAdmin(GovernedAdmin):
    form = MarketGrantForm
    list_display = ["show_holder", "right", "all_markets", "markets"]
    list_filter = ["right"]
    list_select_related = ["user", "group"]
    autocomplete_fields = ["user", "group"]

    def get_form(self, request: HttpRequest, obj: MarketGrant | None = None, **kwargs: Any) -> type[MarketGrantForm]:
        form: type[MarketGrantForm] = super().get_form(request, obj, **kwargs)
        form.actor = actor_of_user(request.user)
        return form

    @display(description=_("who"))
    def show_holder(self, grant: MarketGrant) -> str:
        return str(grant.user or grant.group)

    def save_model(self, request: HttpRequest, obj: MarketGrant, form: Any, change: bool) -> None:
        save_grant(obj, actor_of_user(request.user))

    def delete_model(self, request: HttpRequest, obj: MarketGrant) -> None:
        delete_grant(obj, actor_of_user(request.user))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for grant in queryset:
            self.delete_model(request, grant)


def is_id(word: str) -> bool:
    try:
        return str(UUID(word)) == word.lower()
    except ValueError:
        return False


class _NamedFilter(admin.SimpleListFilter):
    """By a column whose values are named, not asked of the table: the log is the longest table of all."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class ActionFilter(_NamedFilter):
    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(say_actions().items())


class KindFilter(_NamedFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("rule", _("rule")), ("policy", _("rule policy")), ("permission", _("market permission"))]


@admin.register(AuditEntry)
class AuditEntryAdmin(LongList, WordSearch, ModelAdmin):
    """The database refuses changes as well."""

    list_display = ["at", "actor_label", "show_action", "object_name", "version", "comment"]
    list_filter = [KindFilter, ActionFilter]
    search_fields = ["object_name", "actor_label", "object_id"]
    listed_texts = ("object_name", "actor_label")

    def find_word(self, queryset: QuerySet[AuditEntry], word: str) -> QuerySet[AuditEntry]:
        """An id is found as a whole; asked beside the words, it would keep their index from being used alone."""
        return queryset.filter(object_id=word.lower()) if is_id(word) else super().find_word(queryset, word)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        queryset: QuerySet[AuditEntry] = super().get_queryset(request)
        return queryset.defer("document")

    @display(description=_("action"))
    def show_action(self, entry: AuditEntry) -> str:
        return say_actions().get(entry.action, entry.action)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
