"""From a violation to the people: how long it takes."""
