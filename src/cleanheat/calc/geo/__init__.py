"""Where is this point in another system?  Planes, zones, ellipsoids, the shifted systems of map services."""
