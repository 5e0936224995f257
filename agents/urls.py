"""The dashboard: one page for every address below /agent/; its own code shows the right screen."""

from django.urls import path

from agents import views

urlpatterns = [path("", views.dashboard, name="dashboard"), path("<path:screen>", views.dashboard)]
