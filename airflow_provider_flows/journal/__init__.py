"""What a task remembers of its run, and what its next attempt makes of it. No I/O, no clock, no Airflow."""
