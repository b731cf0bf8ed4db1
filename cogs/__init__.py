"""What Discord sees: one thin cog per activity, and the cards they show."""
