"""The gestures that fill a matrix of needs and solutions as its exercise asks: shared by several tests."""

from __future__ import annotations

from typing import Any

from rncp_utils.portefeuille.besoins import BesoinsDuClient


def gestes_modele(besoins: BesoinsDuClient) -> list[dict[str, Any]]:
    """One product for each thing to cover, the others set aside or addressed elsewhere, the heaviest need first."""
    gestes: list[dict[str, Any]] = [
        {"geste": "cocher", "besoin": besoin.id, "produit": partie.produits[0]}
        for besoin in besoins.besoins
        for partie in besoin.parties
    ]
    gestes += [{"geste": "ecarter", "produit": code, "motif": e.motif} for code, e in besoins.ecarts.items()]
    gestes += [{"geste": "orienter", "besoin": besoin.id} for besoin in besoins.besoins if not besoin.parties]
    ordre = [besoin.id for besoin in besoins.besoins]
    for rang, besoin in enumerate(sorted(besoins.besoins, key=lambda b: -b.poids), start=1):
        if ordre.index(besoin.id) != rang - 1:
            ordre.remove(besoin.id)
            ordre.insert(rang - 1, besoin.id)
            gestes.append({"geste": "ordonner", "besoin": besoin.id, "rang": rang})
    return gestes
