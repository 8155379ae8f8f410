"""How many chips are solved, how well, and how fast; and that none is solved wrongly."""
