"""Which addresses of the map lie outside the API."""

from django.urls import path

from cleanheat.twin.http import tile
from cleanheat.twin.http_tools import satellite_tile

urlpatterns = [
    # before the vector tiles, whose pattern would take it for a set of its own
    path("tiles/satellite/<slug:source>/<int:z>/<int:x>/<int:y>", satellite_tile, name="satellite-tile"),
    path("tiles/<slug:name>/<slug:version>/<int:z>/<int:x>/<int:y>", tile, name="tile"),
]
