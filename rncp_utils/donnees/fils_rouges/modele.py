"""Form of the file of a thread case: what a person wrote, line by line; no total is written, each one is computed.

Amounts are whole euros. Years are named N-2, N-1 and N, so that the story does not depend on the calendar; only
``cloture_n`` says when N ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

ANNEES = ("N-2", "N-1", "N")
Annee = Literal["N-2", "N-1", "N"]
DIVIDENDES, PRELEVEMENTS, REVENU_MICRO = "dividendes", "prelevements", "revenu_micro"
# Months of a year of month-end balances.
MOIS = 12

MOTIF_TEXTE = r"\S"
MOTIF_CODE = r"^CAS-[0-9]{2}[A-Z]?$"
MOTIF_SIREN = r"^[0-9]{9}$"
EXEMPLES = {MOTIF_TEXTE: "un texte", MOTIF_CODE: "CAS-01 ou CAS-07B", MOTIF_SIREN: "neuf chiffres entre guillemets"}


def _figer(contenu: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(contenu)


Texte = Annotated[str, Field(pattern=MOTIF_TEXTE)]
Positif = Annotated[int, Field(ge=0)]
Taux = Annotated[float, Field(ge=0, le=1)]
Lignes = Annotated[dict[str, int], AfterValidator(_figer)]
ParAnnee = Annotated[dict[Annee, int], AfterValidator(_figer)]
Montants = Annotated[dict[Texte, Positif], AfterValidator(_figer)]
Bornes = Annotated[tuple[int, int], Field(strict=False)]
Textes = Annotated[tuple[Texte, ...], Field(strict=False)]
Releves = Annotated[tuple[int, ...], Field(strict=False, min_length=MOIS, max_length=MOIS)]


class Modele(BaseModel):
    """Strict, closed and frozen: a field that is not known here is a mistake, not a note."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Dirigeant(Modele):
    """Personne qui dirige ou exploite ; ``age`` en années à la clôture N."""

    nom: Texte
    age: Annotated[int, Field(ge=18)]
    qualite: Texte
    part_capital: Taux | None = None


class Cession(Modele):
    """Immobilisation vendue : ``poste`` est le code du brut (2050), montants en euros."""

    poste: Texte
    brut: Positif
    amortissements: Positif
    prix: Positif


class Exercice(Modele):
    """Un exercice, sans aucun total : les lignes de la liasse et les mouvements.

    Attributes
    ----------
    resultat : lignes des 2052 et 2053 (charges positives), hors cessions et impôt.
    immobilisations : brut et amortissements des lignes de la 2050, par codes.
    circulant : stocks, créances et charges constatées d'avance (valeur brute ; aucun cas n'a de dépréciation).
    passif : capitaux propres hors résultat, comptes courants d'associés (DV), dettes hors emprunts.
    renseignements : renvois et annexes (A2, HP, YT, YY…).
    acquisitions : immobilisations acquises dans l'exercice.
    distributions : dividendes versés, ou prélèvements nets de l'exploitant.
    cessions : immobilisations vendues dans l'exercice.
    """

    resultat: Lignes
    immobilisations: Lignes
    circulant: Lignes
    passif: Lignes
    renseignements: Lignes
    acquisitions: Positif
    distributions: Positif
    cessions: Annotated[tuple[Cession, ...], Field(strict=False)] = ()


class AnneeMicro(Modele):
    """Année de trésorerie d'un micro-entrepreneur, en euros : encaissements hors taxes et décaissements."""

    encaissements: Positif
    achats: Positif
    plateformes_publicite: Positif
    transport: Positif
    cfe: Positif


class Compte(Modele):
    """Compte tenu par la banque, ou caisse ; soldes en euros, négatifs à découvert.

    ``soldes`` : à la clôture de chaque exercice. ``soldes_mensuels`` : douze fins de mois d'un exercice, la dernière
    étant la clôture. ``flux_crediteurs`` : mouvements créditeurs confiés dans l'année, TTC.
    """

    id: Texte
    nature: Literal["compte courant", "caisse"]
    autorisation: Positif = 0
    nature_autorisation: Texte | None = None
    echeance: Texte | None = None
    soldes: ParAnnee
    soldes_mensuels: Annotated[dict[Annee, Releves], AfterValidator(_figer)] = Field(default_factory=lambda: _figer({}))
    flux_crediteurs: ParAnnee = Field(default_factory=lambda: _figer({}))


class Credit(Modele):
    """Emprunt bancaire professionnel : capital restant dû aux clôtures, emprunté et remboursé dans l'exercice.

    Convention de cours : capital annuel arrondi, et non lu sur un échéancier. ``exigible_a_un_an`` : capital à
    rembourser dans les douze mois qui suivent la clôture N.
    """

    id: Texte
    objet: Texte
    taux: Taux
    crd: ParAnnee
    rembourse: ParAnnee
    emprunte: ParAnnee = Field(default_factory=lambda: _figer({}))
    exigible_a_un_an: Positif


class Garantie(Modele):
    """Sûreté déjà prise ou possible ; ``montant`` en euros, None quand elle n'est pas chiffrée."""

    nature: Texte
    garant: Texte
    montant: Positif | None = None
    prise: bool
    precision: Texte | None = None


class Revenu(Modele):
    """Revenu annuel net du foyer ; un dividende ou un prélèvement est celui de l'exercice."""

    libelle: Texte
    type: Literal[
        "remuneration", "salaire", "dividendes", "prelevements", "revenus_fonciers", "pension", "revenu_micro"
    ]
    montants: ParAnnee


class Charge(Modele):
    """Charge mensuelle du foyer : un loyer n'est pas un crédit."""

    libelle: Texte
    type: Literal["credit", "loyer"]
    mensualites: ParAnnee


class Bien(Modele):
    """Élément du patrimoine privé : valeur, capital restant dû, part mobilisable d'une épargne."""

    libelle: Texte
    type: Literal["residence", "locatif", "epargne", "foncier"]
    valeur: Positif
    crd: Positif = 0
    mobilisable: Positif | None = None


class Foyer(Modele):
    """Foyer du dirigeant : ce que la banque sait du privé. ``impot_revenu`` en euros par an, exercice N."""

    situation: Texte
    enfants: Positif = 0
    revenus: Annotated[tuple[Revenu, ...], Field(strict=False)]
    charges: Annotated[tuple[Charge, ...], Field(strict=False)] = ()
    patrimoine: Annotated[tuple[Bien, ...], Field(strict=False)] = ()
    impot_revenu: Positif | None = None


class Pret(Modele):
    """Prêt demandé ; durée et taux sont None quand la demande ne les dit pas."""

    montant: Positif
    duree_mois: Annotated[int, Field(ge=1)] | None = None
    taux: Taux | None = None


class Previsionnel(Modele):
    """Ce que le porteur prévoit de l'investissement, en année pleine."""

    chiffre_affaires: Positif
    taux_de_marge: Taux
    ebe: int
    dotations: Positif


class Projet(Modele):
    """Demande du client : besoins hors taxes par nature, apport, prêt."""

    objet: Texte
    besoins: Montants = Field(default_factory=lambda: _figer({}))
    apport: Positif = 0
    pret: Pret | None = None
    previsionnel: Previsionnel | None = None
    precision: Texte | None = None


class CheminDeRisque(Modele):
    """Ce qui s'est passé, tel que la banque l'a vu : une tendance, des faits. La lecture en revient à l'apprenant.

    Un fait cite un montant de ``montants`` (euros) par son nom entre accolades.
    """

    tendance: Literal["stable", "croissance", "tension", "degradation", "alea"]
    montants: Montants = Field(default_factory=lambda: _figer({}))
    faits: Textes


class Fiche(Modele):
    """Fichier d'un cas fil rouge. Tout y est fictif, SIREN compris.

    ``leviers`` resserre les bornes des tirages de ses variantes (en millièmes, voir
    :mod:`rncp_utils.donnees.fils_rouges.leviers`). ``lie_a`` est le cas dont celui-ci partage la taille : le bailleur
    suit son locataire. ``notes`` dit ce qui est une répartition de cours et ce que les moteurs arrondissent autrement.
    """

    code: Annotated[str, Field(pattern=MOTIF_CODE)]
    denomination: Texte
    siren: Annotated[str, Field(pattern=MOTIF_SIREN)]
    forme_juridique: Literal["EI", "SARL", "SAS", "SCI", "EARL"]
    imposition: Literal["IS", "IR", "BNC", "micro"]
    naf: Texte
    activite: Texte
    cloture_n: dt.date
    effectif_salarie: Positif
    dirigeants: Annotated[tuple[Dirigeant, ...], Field(strict=False, min_length=1)]
    precisions: Textes = ()
    exercices: Annotated[dict[Annee, Exercice], AfterValidator(_figer)] = Field(default_factory=lambda: _figer({}))
    tresorerie_micro: Annotated[dict[Annee, AnneeMicro], AfterValidator(_figer)] = Field(
        default_factory=lambda: _figer({})
    )
    comptes: Annotated[tuple[Compte, ...], Field(strict=False)] = ()
    credits: Annotated[tuple[Credit, ...], Field(strict=False)] = ()
    garanties: Annotated[tuple[Garantie, ...], Field(strict=False)] = ()
    foyer: Foyer | None = None
    projets: Annotated[tuple[Projet, ...], Field(strict=False)] = ()
    chemin_de_risque: CheminDeRisque
    leviers: Annotated[dict[str, Bornes], AfterValidator(_figer)] = Field(default_factory=lambda: _figer({}))
    lie_a: Annotated[str, Field(pattern=MOTIF_CODE)] | None = None
    notes: Textes = ()
