"""A thread case as lessons and assessments use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from rncp_utils.donnees.fils_rouges import liasses as comptes_annuels
from rncp_utils.donnees.fils_rouges.micro import TresorerieMicro
from rncp_utils.donnees.fils_rouges.modele import (
    ANNEES,
    Annee,
    Compte,
    Credit,
    Dirigeant,
    Fiche,
    Foyer,
    Garantie,
    Projet,
)
from rncp_utils.entreprise.analyse.flux import Mouvements
from rncp_utils.entreprise.liasse import Liasse, table_de_liasses
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import euros

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CheminDeRisque:
    """Tendance et faits observés par la banque, en phrases."""

    tendance: str
    faits: tuple[str, ...]


@dataclass(frozen=True)
class Cas:
    """Cas fil rouge, ou variante d'un cas pour un apprenant. Client fictif ; montants en euros.

    Attributes
    ----------
    code, denomination, siren, forme_juridique, imposition, naf, activite : str
    effectif_salarie : int
    dirigeants : tuple of Dirigeant
    precisions : tuple of str
        Ce que l'on sait d'autre de l'entreprise.
    exercices : Mapping[str, Liasse]
        « N-2 », « N-1 », « N » : liasses complètes, colonne N-1 comprise. Vide pour une micro-entreprise.
    mouvements : Mapping[str, Mouvements]
        Acquisitions, emprunts, remboursements, distributions ou prélèvements de chaque exercice.
    declarations_2035 : Mapping[str, Liasse]
        Pour une profession libérale, sinon vide.
    tresorerie_micro : Mapping[str, TresorerieMicro]
        Pour une micro-entreprise, sinon vide.
    comptes, credits, garanties, projets : tuple
    foyer : Foyer ou None
    chemin_de_risque : CheminDeRisque
    notes : tuple of str
        Répartitions de cours et arrondis du cas ; vide pour une variante.
    empreinte : str
        Vide pour le cas du cours ; pour une variante, marque propre à la session, au devoir et à l'apprenant.
    """

    code: str
    denomination: str
    siren: str
    forme_juridique: str
    imposition: str
    naf: str
    activite: str
    effectif_salarie: int
    dirigeants: tuple[Dirigeant, ...]
    precisions: tuple[str, ...]
    exercices: Mapping[Annee, Liasse]
    mouvements: Mapping[Annee, Mouvements]
    declarations_2035: Mapping[Annee, Liasse]
    tresorerie_micro: Mapping[Annee, TresorerieMicro]
    comptes: tuple[Compte, ...]
    credits: tuple[Credit, ...]
    garanties: tuple[Garantie, ...]
    foyer: Foyer | None
    projets: tuple[Projet, ...]
    chemin_de_risque: CheminDeRisque
    notes: tuple[str, ...] = ()
    empreinte: str = ""

    @classmethod
    def depuis(cls, fiche: Fiche, empreinte: str = "") -> Cas:
        """The case of a checked file."""
        annuelles = comptes_annuels.liasses(fiche)
        chemin = fiche.chemin_de_risque
        montants = {nom: euros(montant) for nom, montant in chemin.montants.items()}
        liberal = annuelles if fiche.imposition == "BNC" else {}
        commun = {nom: getattr(fiche, nom) for nom in _REPRIS}
        return cls(
            **commun,
            exercices=MappingProxyType(annuelles),
            mouvements=MappingProxyType({annee: comptes_annuels.mouvements(fiche, annee) for annee in annuelles}),
            declarations_2035=MappingProxyType({a: comptes_annuels.declaration_2035(x) for a, x in liberal.items()}),
            tresorerie_micro=MappingProxyType(
                {
                    annee: TresorerieMicro(comptes_annuels.cloture(fiche, annee), **annuelle.model_dump())
                    for annee, annuelle in fiche.tresorerie_micro.items()
                }
            ),
            chemin_de_risque=CheminDeRisque(chemin.tendance, tuple(fait.format(**montants) for fait in chemin.faits)),
            notes=() if empreinte else fiche.notes,
            empreinte=empreinte,
        )

    def table(self) -> pd.DataFrame:
        """Les liasses en table : une ligne par exercice, une colonne par code (:func:`table_de_liasses`)."""
        return table_de_liasses(self.exercices.values())

    def releve_mensuel(self, compte: str = "courant") -> pd.DataFrame:
        """Soldes d'un compte à la fin de chaque mois, de la clôture N-2 à la clôture N.

        Parameters
        ----------
        compte : str
            Identifiant du compte.

        Returns
        -------
        DataFrame
            Index ``date`` (dernier jour du mois) ; ``solde`` en euros, négatif à découvert ; ``autorisation`` et
            ``depassement`` en euros, positifs. Chaque clôture est le solde de la liasse. Convention de cours : les mois
            entre deux clôtures sont inventés.

        Raises
        ------
        ErreurDonnees
            Compte inconnu, ou sans relevé dans ce cas.
        """
        import pandas as pd

        trouve = next((c for c in self.comptes if c.id == compte and c.soldes_mensuels), None)
        if trouve is None:
            connus = ", ".join(c.id for c in self.comptes if c.soldes_mensuels) or "aucun"
            raise ErreurDonnees(
                f"{self.denomination} n'a pas de relevé mensuel pour le compte « {compte} » ; comptes qui en ont un : "
                f"{connus}."
            )
        soldes = [trouve.soldes[ANNEES[0]], *(s for a in ANNEES[1:] for s in trouve.soldes_mensuels[a])]
        dates = pd.date_range(end=pd.Timestamp(self.exercices[ANNEES[-1]].date_cloture), periods=len(soldes), freq="ME")
        table = pd.DataFrame({"solde": soldes, "autorisation": trouve.autorisation}, index=dates.rename("date"))
        table["depassement"] = (-table["solde"] - table["autorisation"]).clip(lower=0)
        table.attrs["source"] = "convention de cours"
        return table


_REPRIS = (
    *("code", "denomination", "siren", "forme_juridique", "imposition", "naf", "activite", "effectif_salarie"),
    *("dirigeants", "precisions", "comptes", "credits", "garanties", "foyer", "projets"),
)
