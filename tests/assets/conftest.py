from tests.city.fixtures import loaded_city, small_city

__all__ = ["loaded_city", "small_city"]
