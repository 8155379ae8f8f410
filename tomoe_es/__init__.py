"""The domain of a wide-field video survey camera: events, log, machines, recipes, control, reduction."""
