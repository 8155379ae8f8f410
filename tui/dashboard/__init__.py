"""The night at a glance, on a terminal: keyboard only, dark, from 80 x 24 up."""
