"""Starting a simulation in the admin: from rules of the list, from a rule that is being written, or from nothing."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.errors import ShopError
from ranking.admin.rule_form import RuleForm
from ranking.admin.simulation_form import TRY, WORTH, SimulationForm, initial_values
from ranking.errors import RuleRefused, SimulationRefused
from ranking.merchandising.describe import describe_rule
from ranking.merchandising.schema import RuleDocument, parse_rule, to_columns, to_document
from ranking.models import Rule
from ranking.simulation_queueing import start_simulation

LISTED = 20
MOST_CHOSEN = 50
# A field of the question → where the form shows what is wrong with it.
_FIELDS = {
    "now": "at",
    "segments": "segments",
    "market": "market",
    "queries": "queries",
    "limit": "limit",
    "days": "days",
    "conversion": "conversion",
    "conversion_by_category": "conversion_by_category",
}


def show_start(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """GET, or POST from the rule form: the form. POST with `start`: the simulation, or the form with its errors."""
    chosen = find_chosen(request.POST.getlist("rule_ids") or request.GET.getlist("rule"))
    if request.method == "POST" and "start" in request.POST:
        form = SimulationForm(request.POST)
        if form.is_valid():
            started = _start(admin, request, form, chosen)
            if started is not None:
                return started
        return _render(admin, request, form, chosen)
    draft = None
    mode = WORTH if chosen and all(rule.status == Rule.Status.LIVE for rule in chosen) else TRY
    if request.method == "POST" and "from_rule" in request.POST:
        draft, mode = read_written_rule(request)
    return _render(admin, request, SimulationForm(initial=initial_values(mode=mode, draft=draft)), chosen)


def _start(admin: Any, request: HttpRequest, form: SimulationForm, chosen: Sequence[Rule]) -> HttpResponseBase | None:
    asked, rule_ids = form.to_question([str(rule.pk) for rule in chosen])
    try:
        simulation = start_simulation(asked, rule_ids=rule_ids, name=form.cleaned_data["name"], user=request.user)
    except SimulationRefused as error:
        for path, message in error.extra["errors"].items():
            form.add_error(_FIELDS.get(path.partition(".")[0]), message)
        return None
    except ShopError as error:
        messages.error(request, error.message)
        return None
    admin.log_addition(request, simulation, [{"added": {}}])
    return redirect("admin:ranking_simulation_change", simulation.pk)


def read_written_rule(request: HttpRequest) -> tuple[dict[str, Any] | None, str]:
    """The rule as it stands in the rule form, saved or not, and what to compare: a live rule that is not changed is
    measured against the shop without it.
    """
    form = RuleForm(request.POST)
    form.is_valid()
    if form.document is None:
        messages.warning(request, _("The rule is not finished: mend the fields marked in its form, and try again."))
        return None, TRY
    stored = next(iter(find_chosen([request.POST["from_rule"]])), None)
    document = form.document.model_copy(update={"id": stored.pk}) if stored else form.document
    is_live = stored is not None and stored.status == Rule.Status.LIVE and _says_the_same(stored, document)
    return document.model_dump(mode="json", by_alias=True), WORTH if is_live else TRY


def _says_the_same(stored: Rule, document: RuleDocument) -> bool:
    try:
        return to_columns(parse_rule(to_document(stored))) == to_columns(document)
    except RuleRefused:
        return False


def find_chosen(rule_ids: Sequence[str]) -> list[Rule]:
    """Rules that still exist, in the order of the ids; what is no id is passed over."""
    wanted = [rule_id for rule_id in dict.fromkeys(rule_ids) if len(rule_id) == 36][:MOST_CHOSEN]
    try:
        found = {str(rule.pk): rule for rule in Rule.objects.filter(pk__in=wanted)}
    except (ValueError, TypeError):
        return []
    return [found[rule_id] for rule_id in wanted if rule_id in found]


def open_what_if(request: HttpRequest, rules: QuerySet[Rule]) -> HttpResponse:
    """The form, with the rules chosen in their list."""
    ids = [str(key) for key in rules.values_list("pk", flat=True)[: MOST_CHOSEN + 1]]
    if len(ids) > MOST_CHOSEN:
        told = _("Choose at most %d rules; the REST interface takes more.") % MOST_CHOSEN
        messages.error(request, told)
        return redirect("admin:ranking_rule_changelist")
    address = reverse("admin:ranking_simulation_add")
    return redirect(f"{address}?{urlencode([('rule', key) for key in ids])}")


def find_offered(words: str, *, but: Sequence[Rule] = ()) -> list[dict[str, Any]]:
    """Rules to choose from: by words of the name, else those that are not live yet, the latest first."""
    rules = Rule.objects.exclude(pk__in=[rule.pk for rule in but])
    rules = rules.filter(name__icontains=words) if words else rules.exclude(status=Rule.Status.LIVE)
    return [tell_rule(rule) for rule in rules.order_by("-updated_at")[:LISTED]]


def tell_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": str(rule.pk),
        "name": rule.name,
        "status": rule.status,
        "status_label": rule.get_status_display(),
        "sentence": tell_document(to_document(rule)),
    }


def tell_document(document: Any) -> str:
    try:
        return describe_rule(parse_rule(document))
    except RuleRefused:
        return _("Not valid: open it to see why.")


def _render(admin: Any, request: HttpRequest, form: SimulationForm, chosen: Sequence[Rule]) -> HttpResponseBase:
    draft = form.read_draft()
    context = {
        "form": form,
        "chosen": [tell_rule(rule) for rule in chosen],
        "offered": find_offered("", but=chosen),
        "draft": {"name": draft.get("name", ""), "sentence": tell_document(draft)} if draft else None,
    }
    return admin.render_page(request, "form", _("What would rules change?"), context)


def read_words(asked: QueryDict) -> str:
    return asked.get("find", "").replace("\x00", "").strip()[:100]
