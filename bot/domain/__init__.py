"""The rules. Pure and synchronous: time and randomness come in as arguments, nothing is read or written."""
