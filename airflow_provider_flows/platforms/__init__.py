"""Platforms as data, and the one engine that reads them.

Imports neither Airflow nor an HTTP library, and performs no I/O but reading its own spec files.
"""
