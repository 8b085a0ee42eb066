"""REST routes of search, under /api/v1/."""

from django.urls import path

from ranking.api import SearchView, SimilarView, SuggestView
from ranking.api_pictures import PictureSearchView
from ranking.audit_api import router as audit
from ranking.health_api import HealthView
from ranking.rules_api import router as rules
from ranking.simulations_api import router as simulations
from ranking.synonyms_api import router as synonyms

urlpatterns = [
    path("search", SearchView.as_view(), name="search"),
    path("search/picture", PictureSearchView.as_view(), name="search-picture"),
    path("suggest", SuggestView.as_view(), name="suggest"),
    path("products/<path:sku>/similar", SimilarView.as_view(), name="similar"),
    path("rules/health", HealthView.as_view(), name="rules-health"),
    *rules.urls,
    *simulations.urls,
    *synonyms.urls,
    *audit.urls,
]
