"""The generator of a believable city: :func:`make_city`."""

from cleanheat.simulator.city.generate import CityDataset, make_city
from cleanheat.simulator.city.sizes import SIZES, CitySize

__all__ = ["SIZES", "CityDataset", "CitySize", "make_city"]
