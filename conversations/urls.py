"""What the roof mounts under `/api/v1/`."""

from django.urls import path

from conversations import api, tips_api

urlpatterns = [
    path("conversations/<uuid:conversation>/messages", api.Messages.as_view(), name="messages"),
    path("tips", tips_api.TipView.as_view(), name="tips"),
]
