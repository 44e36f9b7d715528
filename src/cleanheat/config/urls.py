"""Which address belongs to which room; what is no address of a room is a page of the front end."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from cleanheat.config.api import api
from cleanheat.config.frontend import no_address, page

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("cleanheat.twin.urls")),
    re_path(r"^(?:api|ogc|tiles|ws|assets)/", no_address),
    re_path(r"^", page),
]
