"""Which address belongs to which room."""

from django.urls import URLPattern, URLResolver, path

from cleanheat.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", api.urls)]
