"""What is usual for each object, and which sensor drifts: learned daily from the store, followed every minute."""

from cleanheat.quality.regularities.following import Regularities
from cleanheat.quality.regularities.kept import Learned
from cleanheat.quality.regularities.learning import learn

__all__ = ["Learned", "Regularities", "learn"]
