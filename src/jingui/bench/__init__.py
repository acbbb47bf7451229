"""量具: measures this installation's speed in a house of its own, an entrance like any other."""
