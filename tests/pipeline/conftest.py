"""What the line's own tests share."""

from tests.pipeline.running_line import line

__all__ = ["line"]
