"""REST routes of feedback, under /api/v1/."""

from django.urls import path

from feedback.api import EventsView

urlpatterns = [path("events", EventsView.as_view(), name="events")]
