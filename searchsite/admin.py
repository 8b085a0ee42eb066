"""Admin of API keys (shown once, then only their hash is left) and of the people who sign in here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey

admin.site.unregister(User)
admin.site.unregister(Group)


MARKET_SCOPES = frozenset({ApiKey.Scope.RULES_WRITE, ApiKey.Scope.RULES_APPROVE})


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("Allowed to"),
        choices=ApiKey.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Give a key only what its program needs. A key in a browser should search, no more."),
    )
    markets = SimpleArrayField(
        forms.CharField(max_length=16),
        label=_("Markets"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For which markets the key may write or approve rules, with commas between them; * for all."),
    )
    may_give_everything = False

    class Meta:
        model = ApiKey
        fields = ["name", "scopes", "markets", "expires_at", "is_active"]

    def clean_scopes(self) -> list[str]:
        """Whoever may hand out keys must not be able to hand out more than they may do themselves."""
        scopes: list[str] = self.cleaned_data["scopes"]
        if ApiKey.Scope.ADMIN in scopes and not self.may_give_everything:
            raise forms.ValidationError(_("Only a superuser may give a key that may do everything."))
        if MARKET_SCOPES & set(scopes) and not self.may_give_everything:
            raise forms.ValidationError(_("Only a superuser may give a key that writes or approves rules."))
        return scopes

    def clean(self) -> dict[str, Any]:
        """A key for rules is for the markets that it names, and for none when it names none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if MARKET_SCOPES & set(cleaned.get("scopes", ())) and not cleaned.get("markets"):
            self.add_error("markets", _("Say for which markets the key may write or approve rules; * for all."))
        return cleaned


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    form = ApiKeyForm
    list_display = ["name", "prefix", "show_scopes", "is_active", "expires_at", "last_used_at", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "prefix"]
    actions = ["revoke_keys"]

    @display(description=_("allowed to"))
    def show_scopes(self, key: ApiKey) -> str:
        return ", ".join(str(ApiKey.Scope(scope).label) for scope in key.scopes)

    def get_form(self, request: HttpRequest, obj: ApiKey | None = None, **kwargs: Any) -> type[ApiKeyForm]:
        form: type[ApiKeyForm] = super().get_form(request, obj, **kwargs)
        form.may_give_everything = bool(getattr(request.user, "is_superuser", False))
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return ["prefix", "made_by", "created_at", "last_used_at"] if obj else []

    def save_model(self, request: HttpRequest, obj: ApiKey, form: ApiKeyForm, change: bool) -> None:
        if not change:
            obj.made_by = request.user  # type: ignore[assignment]
            request.new_api_key = assign_new_secret(obj)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """The answer to the form shows the key: kept in no session, no message and no log, it cannot be shown again."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("The key was made"),
            "opts": self.opts,
            "key": obj,
            "secret": request.new_api_key,  # type: ignore[attr-defined]
        }
        # The admin's pages are never cached (admin_view), this one included.
        return TemplateResponse(request, "admin/searchsite/apikey/made.html", context)

    @action(description=_("Take the chosen keys away"), permissions=["change"])
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        count = queryset.update(is_active=False)
        message = ngettext("%(count)d key no longer works.", "%(count)d keys no longer work.", count)
        self.message_user(request, message % {"count": count})


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass
