"""Autograding a whole assignment: parallel, resumable, one transaction a copy."""
