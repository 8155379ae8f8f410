"""From a raw cube to archived products: one stage a file, pure functions on arrays, and their line."""
