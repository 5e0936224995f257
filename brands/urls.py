"""A brand's pages: the widget's script, its frame, its full page and the shop of the demo."""

from django.urls import path

from brands import views

urlpatterns = [
    path("widget.js", views.widget_script, name="widget-script"),
    path("panel/<slug:key>", views.panel, name="panel"),
    path("c/<slug:key>", views.chat, name="chat"),
    path("demo/shop", views.shop, name="shop"),
    path("demo/identity", views.shop_identity, name="shop-identity"),
]
