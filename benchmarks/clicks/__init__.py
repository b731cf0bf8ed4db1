"""Clicks on answers, from Discord to the database and back: how fast, and whether one is lost."""
