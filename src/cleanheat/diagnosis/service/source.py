"""The key under which demands for better service stand as alerts."""

from typing import Final

SERVICE_QUALITY: Final = "diagnosis.service_quality"
