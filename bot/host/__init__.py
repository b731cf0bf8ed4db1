"""The commands of `python -m bot` for the person who hosts the bot."""
