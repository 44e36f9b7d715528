"""Which addresses of the map lie outside the API."""

from django.urls import path

from cleanheat.twin.http import tile

urlpatterns = [path("tiles/<slug:name>/<slug:version>/<int:z>/<int:x>/<int:y>", tile, name="tile")]
