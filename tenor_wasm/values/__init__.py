"""What a fact can hold: types, the numeric model, dates and durations, and values as JSON."""
