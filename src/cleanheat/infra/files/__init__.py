"""Attachments: what people add to a step, kept by its content.  See ``sniffing``, ``actions``, ``http``."""
