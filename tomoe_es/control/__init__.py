"""Control of the observation: pool, queue, executor, weather, course of the night, as pure deciders."""
