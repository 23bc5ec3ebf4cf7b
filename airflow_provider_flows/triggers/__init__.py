"""The trigger that waits for a run without holding a worker."""
