"""The two small places that know an HTTP library: urllib3 for workers, `aiohttp` for the triggerer.

Each library is imported only where a call is made, since a worker pays for an import on every leg of a task.
"""
