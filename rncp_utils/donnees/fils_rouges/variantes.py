"""A case of one's own for each learner: the same story, other figures, found again by the grader."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from rncp_utils.donnees.fils_rouges.chargement import contenu, valider
from rncp_utils.donnees.fils_rouges.leviers import Leviers, graine
from rncp_utils.donnees.fils_rouges.modele import Fiche
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.donnees.fils_rouges.recits import raconte_la_meme_histoire
from rncp_utils.donnees.fils_rouges.reconstruction import reconstruire
from rncp_utils.erreurs import ErreurCalcul, ErreurDonnees

# Draws that tell another story are set aside; a case takes a few dozen at the very worst.
ESSAIS = 400
LONGUEUR_EMPREINTE = 12


def variante(cas: str, apprenant: str, devoir: str, session: str) -> Cas:
    """Cas redessiné pour un apprenant : mêmes faits, autres chiffres, comptes équilibrés.

    Les leviers du cas (taille, croissance, marges, délais, investissements, dette, distributions, foyer, projet) sont
    tirés, puis les comptes refaits : achats d'après marge et stocks, impôt recalculé, capitaux propres d'après le
    résultat gardé, trésorerie en solde. Le même appel donne toujours le même cas, sur toute machine. La SCI de CAS-07B
    touche le loyer que paie la variante de CAS-07 du même apprenant.

    Parameters
    ----------
    cas : str
        Code d'un cas (:func:`lister_cas`).
    apprenant, devoir : str
        Identifiants de l'apprenant et du devoir.
    session : str
        Sel de la session de formation, le même pour la remise et pour la correction.

    Returns
    -------
    Cas
        Sans notes ; ``empreinte`` est propre à l'appel. Les réponses ne sont pas dans l'objet : elles se recalculent
        par les moteurs sur ses liasses.

    Raises
    ------
    ErreurDonnees
        Cas inconnu, ou identifiant vide.
    ErreurCalcul
        Aucun tirage ne garde l'histoire du cas.

    >>> from rncp_utils.donnees import cas as cas_du_cours
    >>> essai = variante("CAS-04", "a.martin", "B1-CAS", "2026-automne")
    >>> essai.exercices["N"]["FL"] != cas_du_cours("CAS-04").exercices["N"]["FL"]
    True
    >>> essai == variante("CAS-04", "a.martin", "B1-CAS", "2026-automne")
    True
    """
    for nom, valeur in (("apprenant", apprenant), ("devoir", devoir), ("session", session)):
        if not isinstance(valeur, str) or not valeur.strip():
            raise ErreurDonnees(f"La variante demande un texte pour « {nom} » (lu : « {valeur} ») ; donnez-le.")
    return _accepter(cas, apprenant, devoir, session)[0]


# A copy asks for the same case in each of its cells; a case does not change once made.
@lru_cache(maxsize=16)
def _accepter(code: str, apprenant: str, devoir: str, session: str) -> tuple[Cas, Leviers]:
    """First draw that tells the story of the case, with its drivers."""
    brut = contenu(code)
    fiche = valider(brut, f"Le cas {code} est refusé :")
    marque = graine(session, devoir, apprenant, code)
    fixes = _leviers_du_cas_lie(fiche, apprenant, devoir, session)
    for essai in range(ESSAIS):
        leviers = Leviers(marque, fiche.leviers, essai, fixes)
        refait = valider(reconstruire(fiche, brut, leviers), f"La variante de {code} est refusée :")
        tire = Cas.depuis(refait, marque[:LONGUEUR_EMPREINTE])
        if raconte_la_meme_histoire(tire):
            return tire, leviers
    raise ErreurCalcul(
        f"Aucun des {ESSAIS} tirages de {code} ne garde l'histoire du cas ; resserrez ses leviers, ou prévenez votre "
        "formateur."
    )


def _leviers_du_cas_lie(fiche: Fiche, apprenant: str, devoir: str, session: str) -> dict[str, Fraction]:
    """The scale of the tenant, which sets the rent, hence the scale of its landlord."""
    if fiche.lie_a is None:
        return {}
    _, leviers = _accepter(fiche.lie_a, apprenant, devoir, session)
    return {"echelle": leviers.facteur("echelle")}
