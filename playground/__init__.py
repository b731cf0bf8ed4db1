"""The bot in a simulated Discord in your browser. No token needed."""
