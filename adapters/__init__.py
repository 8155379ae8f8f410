"""Everything outside: simulated observatory, real devices, clusters, storage, messages."""
