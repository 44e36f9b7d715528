"""What other rooms may ask of the catalogue."""

from cleanheat.catalogue.actions import refresh_versions
from cleanheat.catalogue.elements import Element, elements

__all__ = ["Element", "elements", "refresh_versions"]
