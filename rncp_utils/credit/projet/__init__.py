"""Projet à financer : rentabilité, seuil, prévisionnel, trésorerie, financement, résistance, prix d'un fonds."""
