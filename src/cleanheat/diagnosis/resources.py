"""Records of diagnosis: what heat users said when they were asked."""

from cleanheat.diagnosis.service import resources as _service  # noqa: F401 - its records declare themselves
