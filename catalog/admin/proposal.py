"""The review queue: proposed values in a list that is worked through with the keyboard, one decision after another."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from catalog.admin.proposal_bulk import show_bulk
from catalog.admin.proposal_rows import describe_rows
from catalog.errors import ShopError
from catalog.models import Attribute, Category, ExtractorVersion, Proposal
from catalog.proposals import decide, edit
from catalog.queueing import enqueue_indexing
from catalog.review.queue import QueueQuery, list_attributes, read_page

TEMPLATES = "admin/catalog/proposal"
FILTERS = ("order", "status", "attribute", "category", "extractor", "contradicts")
# A menu longer than this is no menu; deeper categories can be put into the address.
MOST_CATEGORIES = 300
DONE = {"accept": _("accepted"), "reject": _("rejected"), "reopen": _("decision taken back"), "edit": _("corrected")}


@admin.register(Proposal)
class ProposalAdmin(ModelAdmin):
    """Decisions are only made through the queue, where what speaks for and against a value is shown."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Any, name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"catalog_proposal_{name}")

        return [
            route("<int:proposal_id>/decide/", self.decide_view, "decide"),
            route("accept-above/", self.bulk_view, "bulk"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """GET: one page of the queue. Everything asked for is in the address."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        given = request.GET
        try:
            query = QueueQuery.read(given.dict())
            page = read_page(query)
        except ShopError as error:
            messages.error(request, error.message)
            return redirect("admin:catalog_proposal_changelist")
        kept = {name: given[name] for name in FILTERS if given.get(name)}
        context = {
            **self.admin_site.each_context(request),
            "title": _t("Proposed values"),
            "opts": self.opts,
            "is_fullwidth": "1",
            "url": reverse("admin:catalog_proposal_changelist"),
            "bulk_url": f"{reverse('admin:catalog_proposal_bulk')}?{urlencode({'attribute': query.attribute})}",
            "query": query,
            "asked_status": query.status or "all",
            "rows": describe_rows(page.rows),
            "back": urlencode(kept | ({"after": query.after} if query.after else {})),
            "next": urlencode(kept | {"after": page.next}) if page.next else "",
            "start": urlencode(kept) if query.after else None,
            "may_change": self.has_change_permission(request),
            **_choices(query),
        }
        return TemplateResponse(request, f"{TEMPLATES}/queue.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """Where the log of actions links to: the value alone, in the queue."""
        return redirect(
            f"{reverse('admin:catalog_proposal_changelist')}?{urlencode({'id': object_id, 'status': 'all'})}"
        )

    def decide_view(self, request: HttpRequest, proposal_id: int) -> HttpResponseBase:
        """POST: one decision; htmx gets the row as it is now, a form goes back to where it was."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect("admin:catalog_proposal_changelist")
        decision, error = request.POST.get("decision", ""), ""
        try:
            done = self._decide(request, proposal_id, decision)
        except ShopError as refusal:
            error = refusal.message
        else:
            enqueue_indexing(done)
        proposal = Proposal.objects.select_related("product", "product__category", "decided_by").filter(pk=proposal_id)
        found = proposal.first()
        if found is not None and not error:
            self.log_change(request, found, f"{DONE[decision]}: {found}")
        if not request.htmx:  # type: ignore[attr-defined]
            return self._go_back(request, error)
        if found is None:
            return HttpResponse(f'<li class="rv-gone">{_t("This proposed value does not exist any more.")}</li>')
        context = {
            "row": describe_rows([found])[0],
            "may_change": True,
            "back": request.POST.get("back", ""),
            "error": error,
            "typed": request.POST.get("value", ""),
        }
        return TemplateResponse(request, f"{TEMPLATES}/row.html", context)

    def bulk_view(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return show_bulk(self, request)

    def _decide(self, request: HttpRequest, proposal_id: int, decision: str) -> tuple[int, ...]:
        if decision == "edit":
            return edit(proposal_id, request.POST.get("value", ""), user=request.user).product_ids
        if decision not in ("accept", "reject", "reopen"):
            raise ShopError(_t("Choose what to do with the value: accept, correct or reject it."))
        return decide([proposal_id], decision=decision, user=request.user).product_ids  # type: ignore[arg-type]

    def _go_back(self, request: HttpRequest, error: str) -> HttpResponse:
        if error:
            messages.error(request, error)
        # Read and written anew: only parameters of the queue's own address come back.
        back = QueryDict(request.POST.get("back", "")[:2000])
        kept = {name: back[name] for name in (*FILTERS, "after", "id") if back.get(name)}
        return redirect(f"{reverse('admin:catalog_proposal_changelist')}?{urlencode(kept)}")


def _choices(query: QueueQuery) -> dict[str, Any]:
    """What the filters offer: only what has something to review."""
    keys = list_attributes(query.status)
    if query.attribute and query.attribute not in keys:
        keys.append(query.attribute)
    named = {each.key: str(each) for each in Attribute.objects.filter(key__in=keys)}
    categories = Category.objects.exclude(key__regex=r"/.*/").order_by("key")[:MOST_CATEGORIES]
    listed = [(each.key, "— " * each.key.count("/") + str(each)) for each in categories]
    if query.category and all(query.category != key for key, _label in listed):
        found = Category.objects.filter(key=query.category).first()
        listed.append((query.category, str(found or query.category)))
    extractors = ExtractorVersion.objects.order_by("name").values_list("name", flat=True).distinct()
    return {
        "attributes": sorted(((key, named.get(key, key)) for key in keys), key=lambda pair: pair[1].lower()),
        "categories": listed,
        "extractors": list(extractors),
        "statuses": [("all", _t("all")), *Proposal.Status.choices],
    }
