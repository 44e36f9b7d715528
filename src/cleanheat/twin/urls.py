"""Which addresses of the map lie outside the API."""

from django.urls import include, path

from cleanheat.twin.http import tile
from cleanheat.twin.http_tools import areas_tile, satellite_tile
from cleanheat.twin.ogc.http import api_root
from cleanheat.twin.ogc.http import urlpatterns as ogc

urlpatterns = [
    # before the vector tiles, whose pattern would take them for sets of its own
    path("tiles/areas/<slug:version>/<int:z>/<int:x>/<int:y>", areas_tile, name="areas-tile"),
    path("tiles/satellite/<slug:source>/<int:z>/<int:x>/<int:y>", satellite_tile, name="satellite-tile"),
    path("ogc", api_root),
    path("ogc/", include(ogc)),
    path("tiles/<slug:name>/<slug:version>/<int:z>/<int:x>/<int:y>", tile, name="tile"),
]
