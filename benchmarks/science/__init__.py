"""The truth table: what the pipeline makes of simulated nights, held against what was true for them."""
