"""Revenus du professionnel, impôts et cotisations, foyer, capacité d'endettement, vue consolidée."""
