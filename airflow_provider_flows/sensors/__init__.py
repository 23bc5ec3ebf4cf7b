"""The sensor that waits for a run that somebody else started."""
