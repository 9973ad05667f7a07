"""Soldes, capacité d'autofinancement, bilan fonctionnel, flux, délais et ratios."""
