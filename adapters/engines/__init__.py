"""Job engines: where the reduction's work is done. All pass `tests/contracts/test_job_engine.py`."""
