"""Studyhall, a Discord study bot."""

__version__ = "0.1.0"
