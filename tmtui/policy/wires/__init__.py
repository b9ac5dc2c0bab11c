"""The tripwires, by what is at stake."""
