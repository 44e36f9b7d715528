"""What stands inside substations, boiler rooms and households, down to the single pump."""
