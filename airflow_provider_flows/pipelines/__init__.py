"""Pipelines of flows as YAML: from a file's text to checked values, with every error named by its place.

Imports neither Airflow nor an HTTP library, and reads no file but its own schema.
"""
