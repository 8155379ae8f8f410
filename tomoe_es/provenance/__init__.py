"""Which code, inputs and people made a product."""
