"""Every address of the pages; the data plane's own prefixes are dispatched before Django."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
