"""What can be said to a flow platform, as pure values and conversations.

Imports neither Airflow nor an HTTP library, performs no I/O, and reads no clock of its own:
requests go out as values, answers come in as values, time is handed in.
"""
