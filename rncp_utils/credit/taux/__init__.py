"""Coût du crédit : TAEG, TEG proportionnel, usure. Voir :mod:`rncp_utils.credit`."""
