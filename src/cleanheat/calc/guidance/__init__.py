"""What should be run, and will it hold?  Recommended temperatures and flows, dispatch, room response, capacity."""
