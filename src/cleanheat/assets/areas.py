"""Whose is an area?  A village is watched over by its district and run by the platform of its heating devices."""

from __future__ import annotations

import numpy as np

from cleanheat.assets.archive import Archive


def owners_of_area(archive: Archive, village: int) -> dict[str, int]:
    """``district_id`` of a village's devices, and ``sender_id`` where one platform has all of them; 0 otherwise."""
    devices = archive["device"]
    if "village" not in devices.links:
        return {"sender_id": 0, "district_id": 0}
    own = devices.numbers[devices.links["village"][devices.numbers] == village]
    found = {name: np.unique(devices.links[name][own]) for name in ("sender", "district")}
    return {f"{name}_id": int(numbers[0]) if numbers.size == 1 else 0 for name, numbers in found.items()}
