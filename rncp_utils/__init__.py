"""Shared library of the RNCP 31919 curriculum: banking calculations, lesson interface, grading."""

__version__ = "0.1.0"
