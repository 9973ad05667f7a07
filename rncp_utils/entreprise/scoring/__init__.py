"""Scores de défaillance, grille interne de notation, lecture de la cotation Banque de France."""
