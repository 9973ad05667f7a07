"""Screens of the simulated workstation."""
