"""Admin of the rule policy: its form, and what of it waits for a second person."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.errors import ShopError
from ranking.admin.governance import GovernedAdmin, words_field
from ranking.admin.policy_pages import PolicyPages
from ranking.governance.actors import Actor, actor_of_user
from ranking.governance.approvers import has_second_person
from ranking.governance.policies import read_policies
from ranking.governance.policy_documents import CAP_FIELDS, FIELDS, Document, document_of, hash_document
from ranking.governance.policy_store import change_policy, delete_policy, list_live_offenders
from ranking.models import PolicyProposal, RulePolicy, ShareCap

MOST_NAMED = 10
WAITS = "policy_waits"


class ShareCapForm(forms.ModelForm):
    values = words_field(_("Values"), help_text=_("Keys with commas between them; own brands need none."), length=200)

    class Meta:
        model = ShareCap
        fields = [*CAP_FIELDS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind == ShareCap.Kind.ATTRIBUTE and not cleaned.get("attribute"):
            self.add_error("attribute", _("Name the attribute that the cap is about."))
        if kind and kind != ShareCap.Kind.OWN_BRANDS and not cleaned.get("values"):
            self.add_error("values", _("Name at least one value."))
        return cleaned


class ShareCapInline(TabularInline):
    model = ShareCap
    form = ShareCapForm
    extra = 0


class RulePolicyForm(forms.ModelForm):
    protected = words_field(
        _("Protected traits"),
        help_text=_("No rule may treat shoppers differently by a segment whose name holds one of these words."),
        rows=6,
    )
    own_brands = words_field(_("Own brands"), help_text=_("Keys of the brands that belong to the shop."))
    why = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("For whoever approves the change; it stands in the audit log."),
    )
    # What the policy was when the page was opened.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = RulePolicy
        fields = [*FIELDS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = hash_document(document_of(self.instance))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stored = RulePolicy.objects.filter(pk=self.instance.pk).first()
        seen = cleaned.get("seen")
        if stored is not None and seen and seen != hash_document(document_of(stored)):
            self.add_error(None, _("Somebody else changed this policy meanwhile. Load the page again."))
        return cleaned


@admin.register(RulePolicy)
class RulePolicyAdmin(PolicyPages, GovernedAdmin):
    form = RulePolicyForm
    inlines = [ShareCapInline]
    list_display = ["__str__", "four_eyes", "superusers_exempt", "show_waiting", "updated_at"]
    list_select_related = ["proposal"]
    # Of several at once nobody could say which of them wait.
    actions = None
    change_form_outer_before_template = "admin/ranking/rulepolicy/above.html"

    class Media:
        css = {"all": ["ranking/governance.css"]}

    def get_fields(self, request: HttpRequest, obj: RulePolicy | None = None) -> list[str]:
        """Another market is another policy: it is chosen once, and stands in the title then."""
        return [*(FIELDS[1:] if obj else FIELDS), "why", "seen"]

    def has_delete_permission(self, request: HttpRequest, obj: RulePolicy | None = None) -> bool:
        """The shop's own row stays."""
        return super().has_delete_permission(request, obj) and (obj is None or bool(obj.market))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        context = {"proposal": self.describe_proposal_of(request, object_id), **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except ShopError as error:
            self.message_user(request, error.message, level=messages.ERROR)
            return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: RulePolicy, form: RulePolicyForm, change: bool) -> None:
        """Not `obj.save()`: what loosens the policy may have to wait, its caps with it (save_related)."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        policy, actor = form.instance, actor_of_user(request.user)
        document = read_document(policy, formsets)
        waits = change_policy(policy, document, actor, comment=form.cleaned_data.get("why", ""))
        request.__dict__[WAITS] = waits
        if waits is None:
            self._warn(request, policy, actor)

    def _warn(self, request: HttpRequest, policy: RulePolicy, actor: Actor) -> None:
        named = list_live_offenders(read_policies())
        if named:
            words = _t("These live rules use a protected trait and stay live until they are changed: %s")
            self.message_user(request, words % ", ".join(named[:MOST_NAMED]), level=messages.WARNING)
        if policy.four_eyes and not has_second_person(actor, market=policy.market):
            words = _t(
                "Four eyes are on, and nobody but you may approve here: give somebody else the permission to approve "
                "rules, and a market permission. Until then nothing gets through."
            )
            self.message_user(request, words, level=messages.WARNING)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The formsets were not saved as such; the audit log tells of caps."""
        return super().construct_change_message(request, form, None, add)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return super().log_addition(request, obj, message) if request.__dict__.get(WAITS) is None else None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return super().log_change(request, obj, message) if request.__dict__.get(WAITS) is None else None

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._answer_waiting(request) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._answer_waiting(request) or super().response_change(request, obj)

    def _answer_waiting(self, request: HttpRequest) -> Any:
        waits: PolicyProposal | None = request.__dict__.get(WAITS)
        return self.tell_waiting(request, waits) if waits else None

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Django's page asks; what waits is not told as deleted."""
        policy = self.get_object(request, object_id)
        if request.method != "POST" or policy is None or not self.has_delete_permission(request, policy):
            answer: HttpResponseBase = super().delete_view(request, object_id, *args, **kwargs)
            return answer
        try:
            waits = delete_policy(policy, actor_of_user(request.user))
        except ShopError as error:
            self.message_user(request, error.message, level=messages.ERROR)
            return redirect("admin:ranking_rulepolicy_change", object_id)
        if waits is not None:
            return self.tell_waiting(request, waits)
        self.message_user(request, _t("The policy of %s is deleted; the shop's holds there now.") % policy)
        return redirect("admin:ranking_rulepolicy_changelist")


def read_document(policy: RulePolicy, formsets: Sequence[Any]) -> Document:
    """The policy as the form would have it. Without a right to see caps they stay as they are."""
    stored = list(policy.caps.order_by("id").values("id", *CAP_FIELDS)) if policy.pk else []
    kept: dict[Any, Document] = {cap.pop("id"): cap for cap in stored}
    caps = list(kept.values()) if not formsets else [cap for each in formsets for cap in _read_caps(each, kept)]
    return {**{name: getattr(policy, name) for name in FIELDS}, "caps": caps}


def _read_caps(formset: Any, kept: dict[Any, Document]) -> list[Document]:
    caps: list[Document] = []
    for form in formset.forms:
        if formset.can_delete and form in formset.deleted_forms:
            continue
        if form.has_changed():
            caps.append({name: form.cleaned_data[name] for name in CAP_FIELDS})
        elif form.instance.pk in kept:  # as stored, also where the form may not be changed
            caps.append(kept[form.instance.pk])
    return caps
