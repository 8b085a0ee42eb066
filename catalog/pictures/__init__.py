"""Product pictures: fetched within limits, decoded safely, embedded by one model, and the colours they show."""
