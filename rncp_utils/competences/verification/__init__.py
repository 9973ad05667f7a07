"""Vérification des leçons et des devoirs : ce qu'une machine peut contrôler des critères de qualité du parcours."""

from __future__ import annotations

from rncp_utils.competences.verification.constat import AVERTISSEMENT, FAUTE, REGLES, Constat
from rncp_utils.competences.verification.ensemble import verifier, verifier_notebook

__all__ = ["AVERTISSEMENT", "FAUTE", "REGLES", "Constat", "verifier", "verifier_notebook"]
