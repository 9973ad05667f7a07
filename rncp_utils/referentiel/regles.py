"""Règles de certification : seuils, compensation, arrondi. Choix pédagogiques : la fiche n'en donne aucun."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PrivateAttr

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.modeles import lire_modele
from rncp_utils.referentiel.chargement import charger_referentiel
from rncp_utils.referentiel.choix import regles_choisies
from rncp_utils.referentiel.modele import EXEMPLES, Code, CodeFiche, Liste, ListeRemplie, Modele, Referentiel, Texte
from rncp_utils.yaml_strict import lire_yaml

CHEMIN_REGLES = Path(__file__).with_name("regles.yaml")

Statut = Literal["acquis", "en cours", "non acquis"]


def _entier_en_decimal(valeur: Any) -> Any:
    """A threshold of 1 is as good as 1.0."""
    return Decimal(valeur) if isinstance(valeur, int) and not isinstance(valeur, bool) else valeur


Seuil = Annotated[Decimal, BeforeValidator(_entier_en_decimal), Field(gt=0, le=1)]
Part = Annotated[Decimal, BeforeValidator(_entier_en_decimal), Field(ge=0, le=1)]


class ReglesCompetence(Modele):
    """Seuils d'une compétence ; taux et part entre 0 et 1."""

    acquis: Seuil
    en_cours: Seuil
    epreuves_minimum: Annotated[int, Field(ge=1)]
    part_expert_min: Part
    erreurs_bloquantes: Literal["plafonner_en_cours"]


class Compensation(Modele):
    """Compétences en cours qu'un bloc admet, moyenne des taux exigée, compétences jamais compensées."""

    max_en_cours: Annotated[int, Field(ge=0)]
    moyenne_bloc_min: Seuil
    exclues: Liste[Code]


class ReglesBloc(Modele):
    """Proposition de validation d'un bloc."""

    regle: Literal["toutes_acquises_ou_compensation"]
    compensation: Compensation
    modalites_obligatoires: Literal["toutes"]


class ReglesJury(Modele):
    """Nombre de membres présents exigé ; la composition du jury est dans la fiche."""

    quorum: Annotated[int, Field(ge=1)]


class ReglesCertification(Modele):
    """Proposition de certification ; la décision est celle du jury."""

    blocs_requis: ListeRemplie[Code]
    compensation_entre_blocs: bool
    decision: Literal["jury"]
    jury: ReglesJury


class Arrondi(Modele):
    """Nombre de décimales du taux (entre 0 et 1) et du pourcentage affiché ; la demie va vers le haut."""

    taux: Annotated[int, Field(ge=2, le=9)]
    affichage: Annotated[int, Field(ge=0, le=7)]
    methode: Literal["demi_superieur"]


class Absences(Modele):
    """Effet d'une absence sur l'épreuve."""

    justifiee: Literal["non_evalue", "zero"]
    injustifiee: Literal["non_evalue", "zero"]


class Rattrapage(Modele):
    """Nombre de sessions de rattrapage et note conservée."""

    sessions: Annotated[int, Field(ge=0)]
    conserve: Literal["meilleure_note_par_epreuve"]


class Vae(Modele):
    """Voies jugées sur un livret de preuves : niveau le plus haut d'une preuve, preuves exigées par compétence."""

    voies: Liste[Texte]
    niveau_max: Annotated[int, Field(ge=1, le=10)]
    preuves_minimum: Annotated[int, Field(ge=1)]


class Regles(Modele):
    """Règles de certification d'une fiche. S'obtient par :func:`charger_regles`.

    Examples
    --------
    >>> regles = charger_regles()
    >>> regles.statut_du_taux(0.60), regles.statut_du_taux(0.5999), regles.statut_du_taux(0.39)
    ('acquis', 'en cours', 'non acquis')
    """

    version: Annotated[int, Field(ge=1)]
    fiche: CodeFiche
    statut: Texte
    date: dt.date
    valide_par: Texte | None
    competence: ReglesCompetence
    bloc: ReglesBloc
    certification: ReglesCertification
    arrondi: Arrondi
    absences: Absences
    rattrapage: Rattrapage
    vae: Vae
    conservation_blocs: Literal["non_prevue_par_la_fiche"]

    _empreinte: str = PrivateAttr(default="")

    @property
    def empreinte(self) -> str:
        """SHA-256 du fichier lu, octet pour octet, en 64 caractères hexadécimaux."""
        return self._empreinte

    @property
    def empreinte_courte(self) -> str:
        """Douze premiers caractères de l'empreinte, pour le pied d'un document."""
        return self._empreinte[:12]

    def arrondir_taux(self, taux: float | Decimal | Fraction) -> Decimal:
        """Taux (points obtenus / points évalués) arrondi à ``arrondi.taux`` décimales, demie vers le haut.

        Une Fraction est exacte, un float est pris pour le nombre décimal qu'il affiche. ErreurDonnees hors de 0 à 1.
        """
        try:
            exact = Decimal(taux.numerator) / taux.denominator if isinstance(taux, Fraction) else Decimal(str(taux))
        except InvalidOperation:
            exact = Decimal("NaN")
        if not exact.is_finite() or not 0 <= exact <= 1:
            raise ErreurDonnees(f"Le taux {taux} n'est pas un nombre de 0 à 1 ; vérifiez les points comptés.")
        return exact.quantize(Decimal(1).scaleb(-self.arrondi.taux), rounding=ROUND_HALF_UP)

    def arrondir_taux_en_nombre(self, taux: np.ndarray) -> np.ndarray:
        """:meth:`arrondir_taux` d'un tableau de taux ; NaN reste NaN.

        Only a rate so near a half that its binary writing could tip it is rounded through its decimal writing.
        """
        echelle = 10.0**self.arrondi.taux
        entiers = np.floor(taux * echelle + 0.5)
        reste = taux * echelle - np.floor(taux * echelle)
        arrondis = entiers / echelle
        douteux = np.abs(reste - 0.5) < 1e-6
        hors = ~np.isnan(taux) & ~((taux >= 0) & (taux <= 1))
        for rang in np.flatnonzero(douteux | hors):
            arrondis.flat[rang] = float(self.arrondir_taux(float(taux.flat[rang])))
        return arrondis

    def statut_du_taux(self, taux: float | Decimal | Fraction) -> Statut:
        """Statut que donne le seul taux, une fois arrondi par :meth:`arrondir_taux` ; un seuil atteint est acquis."""
        arrondi = self.arrondir_taux(taux)
        if arrondi >= self.competence.acquis:
            return "acquis"
        return "en cours" if arrondi >= self.competence.en_cours else "non acquis"


def charger_regles(chemin: str | Path | None = None, referentiel: Referentiel | None = None) -> Regles:
    """Charge les règles de certification et les confronte à la fiche.

    Parameters
    ----------
    chemin : str or Path, optional
        Fichier de règles ; par défaut, ``regles.yaml`` à côté de la fiche que suit le cours, sinon celui de la
        bibliothèque.
    referentiel : Referentiel, optional
        Fiche à laquelle les règles s'appliquent ; par défaut, celle que suit le cours.

    Raises
    ------
    ErreurDonnees
        Si le fichier ne peut pas être ouvert.
    ErreurListe
        Si les règles sont mal formées ou ne conviennent pas à la fiche : toutes les fautes, en une fois.
    """
    lu = lire_yaml(Path(chemin or regles_choisies() or CHEMIN_REGLES))
    titre = f"Les règles {lu.chemin.name} sont refusées, corrigez chacune de ces fautes :"
    if not isinstance(lu.contenu, dict):
        raise ErreurListe(
            titre, ["le fichier ne contient pas de champs ; il est vide ou n'est pas un fichier de règles."]
        )
    regles, fautes = lire_modele(Regles, lu.contenu, exemples=EXEMPLES)
    fautes = [*lu.fautes, *fautes, *_fautes_croisees(lu.contenu, referentiel or charger_referentiel())]
    if regles is None or fautes:
        raise ErreurListe(titre, fautes)
    regles._empreinte = lu.empreinte
    return regles


def _valeur(contenu: Any, *chemin: str) -> Any:
    for cle in chemin:
        contenu = contenu.get(cle) if isinstance(contenu, dict) else None
    return contenu


def _fautes_croisees(contenu: dict[str, Any], referentiel: Referentiel) -> Iterator[str]:
    """Faults between the rules and the sheet, read from the raw data so that none hides behind another."""
    fiche, attendue = contenu.get("fiche"), referentiel.certification.code
    if isinstance(fiche, str) and fiche != attendue:
        yield f"fiche : règles écrites pour la fiche {fiche}, or la fiche chargée est la {attendue} ; accordez-les."
    acquis, en_cours = (_valeur(contenu, "competence", cle) for cle in ("acquis", "en_cours"))
    if isinstance(acquis, int | Decimal) and isinstance(en_cours, int | Decimal) and en_cours >= acquis:
        yield f"competence : en_cours ({en_cours}) doit rester inférieur à acquis ({acquis}) ; corrigez un des seuils."
    yield from _codes(_valeur(contenu, "bloc", "compensation", "exclues"), "exclues", referentiel.codes_competences)
    yield from _codes(_valeur(contenu, "certification", "blocs_requis"), "blocs_requis", referentiel.codes_blocs)
    quorum, membres = _valeur(contenu, "certification", "jury", "quorum"), referentiel.jury.membres
    if isinstance(quorum, int) and quorum > membres:
        yield f"certification › jury : quorum de {quorum} pour un jury de {membres} membres ; abaissez le quorum."
    if _valeur(contenu, "certification", "compensation_entre_blocs") is True:
        yield "certification : l'outil ne compense pas un bloc par un autre ; écrivez compensation_entre_blocs: false."
    voies = tuple(voie.code for voie in referentiel.voies_acces.voies)
    yield from _codes(_valeur(contenu, "vae", "voies"), "vae › voies", voies)
    minimum = _valeur(contenu, "competence", "epreuves_minimum")
    for bloc in referentiel.codes_blocs:
        nombre = len(referentiel.evaluations_du_bloc(bloc))
        if isinstance(minimum, int) and minimum > nombre:
            yield f"competence : epreuves_minimum vaut {minimum}, épreuves du bloc {bloc} : {nombre} ; abaissez-le."


def _codes(lus: Any, champ: str, connus: tuple[str, ...]) -> Iterator[str]:
    codes = [code for code in lus if isinstance(code, str)] if isinstance(lus, list) else []
    for code, nombre in Counter(codes).items():
        if nombre > 1:
            yield f"{champ} : « {code} » est cité {nombre} fois ; gardez-en un seul."
        if code not in connus:
            yield f"{champ} : « {code} » n'existe pas dans la fiche ; codes connus : {', '.join(connus)}."
