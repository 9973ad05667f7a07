"""Lignes du rapport, communes au texte, au classeur et à la page : intitulés, unités, un exercice par colonne."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from rncp_utils.entreprise.diagnostic.analyse import DISTRIBUTIONS, FLUX, Exercice
from rncp_utils.formats import avec_unite, euros, fois, formater_nombre, jours, pourcent

EURO, TAUX, JOURS, FOIS, ANS, NOMBRE, TEXTE = "€", "%", "jours", "fois", "ans", "", "texte"
ABSENT = "–"
ECRITURES: dict[str, Callable[[float], str]] = {
    EURO: euros,
    TAUX: pourcent,
    JOURS: lambda valeur: jours(valeur, 1),
    FOIS: fois,
    ANS: lambda valeur: avec_unite(valeur, "ans", 1),
    NOMBRE: lambda valeur: formater_nombre(valeur, 2),
    TEXTE: str,
}


@dataclass(frozen=True)
class Ligne:
    """Une grandeur sur les exercices (``None`` : pas calculée) ; un taux est une fraction."""

    libelle: str
    unite: str
    valeurs: tuple[float | str | None, ...]
    solde: bool = False
    part: float | None = None

    def textes(self) -> list[str]:
        """Valeurs écrites à la française."""
        return [ABSENT if valeur is None else ECRITURES[self.unite](valeur) for valeur in self.valeurs]


@dataclass(frozen=True)
class Tableau:
    """Tableau du rapport : une ligne par grandeur, une colonne par exercice, et la part de la dernière."""

    titre: str
    exercices: tuple[str, ...]
    lignes: tuple[Ligne, ...]
    note: str = ""
    part: str = ""

    def donnees(self) -> pd.DataFrame:
        """Nombres du tableau, taux en pourcentage, pour un tableur."""
        colonnes = [self._colonne(rang) for rang in range(len(self.exercices))]
        table = pd.DataFrame(
            {
                "Grandeur": [ligne.libelle for ligne in self.lignes],
                "Unité": ["" if ligne.unite == TEXTE else ligne.unite for ligne in self.lignes],
                **dict(zip(self.exercices, colonnes, strict=True)),
            }
        )
        if self.part:
            table[f"{self.part} (%)"] = [_pour_tableur(ligne.part, TAUX) for ligne in self.lignes]
        return table

    def _colonne(self, rang: int) -> pd.Series:
        """One year: integers if all are whole; texts where a zone stands among the numbers."""
        if any(ligne.unite == TEXTE for ligne in self.lignes):
            return pd.Series([ligne.textes()[rang] for ligne in self.lignes], dtype="str")
        nombres = pd.Series([_pour_tableur(ligne.valeurs[rang], ligne.unite) for ligne in self.lignes], dtype="float64")
        return nombres.astype("Int64") if (nombres.dropna() % 1 == 0).all() else nombres


# (name of the result, label, unit, whether the line is a balance)
_Definition = tuple[str, str, str, bool]
_SIG: tuple[_Definition, ...] = (
    ("chiffre_affaires", "Chiffre d'affaires", EURO, True),
    ("marge_commerciale", "Marge commerciale", EURO, False),
    ("production_exercice", "Production de l'exercice", EURO, False),
    ("consommation_tiers", "Consommations en provenance des tiers", EURO, False),
    ("valeur_ajoutee", "Valeur ajoutée", EURO, True),
    ("ebe", "Excédent brut d'exploitation (EBE)", EURO, True),
    ("resultat_exploitation", "Résultat d'exploitation", EURO, True),
    ("resultat_financier", "Résultat financier", EURO, False),
    ("rcai", "Résultat courant avant impôts", EURO, True),
    ("resultat_exceptionnel", "Résultat exceptionnel", EURO, False),
    ("resultat_net", "Résultat net", EURO, True),
)
_PARTAGE: tuple[_Definition, ...] = (
    ("part_personnel", "Personnel", TAUX, False),
    ("part_etat", "État", TAUX, False),
    ("part_preteurs", "Prêteurs", TAUX, False),
    ("part_associes", "Associés (dividendes)", TAUX, False),
    ("part_entreprise", "Entreprise (solde)", TAUX, False),
)
# Where the dividends are not known, the share of the owners cannot be told from that of the company.
_PARTAGE_SANS_DIVIDENDES = (*_PARTAGE[:3], ("part_entreprise", "Entreprise et propriétaires (solde)", TAUX, False))
_BILAN: tuple[_Definition, ...] = (
    ("ressources_propres", "Ressources propres", EURO, False),
    ("dettes_financieres_stables", "Dettes financières stables", EURO, False),
    ("emplois_stables", "Emplois stables", EURO, False),
    ("frng", "Fonds de roulement net global (FRNG)", EURO, True),
    ("bfre", "BFR d'exploitation", EURO, False),
    ("bfrhe", "BFR hors exploitation", EURO, False),
    ("bfr", "Besoin en fonds de roulement (BFR)", EURO, True),
    ("tresorerie_nette", "Trésorerie nette", EURO, True),
)
_ROTATION: tuple[_Definition, ...] = (
    ("delai_clients", "Délai de règlement des clients", JOURS, False),
    ("delai_fournisseurs", "Délai de règlement des fournisseurs", JOURS, False),
    ("rotation_marchandises", "Rotation des stocks de marchandises", JOURS, False),
    ("rotation_matieres", "Rotation des stocks de matières", JOURS, False),
    ("rotation_produits", "Rotation des en-cours et produits", JOURS, False),
)
_BCE: tuple[_Definition, ...] = (
    ("taux_d_endettement", "Taux d'endettement", TAUX, False),
    ("ratio_de_liquidite", "Ratio de liquidité", TAUX, False),
    ("ratio_de_vetuste", "Ratio de vétusté (net / brut : 100 % = neuf)", TAUX, False),
    ("autonomie_financiere", "Autonomie financière", TAUX, False),
    ("poids_bfr_exploitation_sur_ca", "Poids du BFR d'exploitation sur le CA", TAUX, False),
    ("poids_bfr_exploitation_sur_ca_jours", "Poids du BFR d'exploitation, en jours de CA", JOURS, False),
    ("couverture_des_interets", "Charges financières sur EBE", TAUX, False),
    ("caf_sur_ca", "CAF approchée sur CA", TAUX, False),
    ("capacite_de_remboursement", "Capacité de remboursement", ANS, False),
    ("marge_ebe", "Marge d'EBE", TAUX, False),
    ("resultat_courant_avant_impots_sur_ca", "Résultat courant sur CA", TAUX, False),
    ("rotation_des_stocks_jours", "Rotation des stocks", JOURS, False),
    ("credit_clients_jours", "Crédit clients", JOURS, False),
    ("credit_fournisseurs_jours", "Crédit fournisseurs", JOURS, False),
)
_RATIOS: tuple[_Definition, ...] = (
    ("autonomie_financiere", "Autonomie financière", TAUX, False),
    ("gearing_brut", "Dettes financières / capitaux propres", FOIS, False),
    ("gearing_net", "Dette nette / capitaux propres", FOIS, False),
    ("couverture_emplois_stables", "Couverture des emplois stables", FOIS, False),
    ("levier", "Total du bilan / capitaux propres", FOIS, False),
    ("liquidite_generale", "Liquidité générale", FOIS, False),
    ("liquidite_reduite", "Liquidité réduite (hors stocks)", FOIS, False),
    ("liquidite_immediate", "Liquidité immédiate", FOIS, False),
    ("tresorerie_nette_jours", "Trésorerie nette, en jours de CA", JOURS, False),
    ("taux_marge_brute", "Taux de marge brute", TAUX, False),
    ("taux_valeur_ajoutee", "Taux de valeur ajoutée", TAUX, False),
    ("taux_marge_ebe", "Taux de marge d'EBE", TAUX, False),
    ("taux_marge_exploitation", "Taux de marge d'exploitation", TAUX, False),
    ("taux_marge_nette", "Taux de marge nette", TAUX, False),
    ("roa", "Résultat d'exploitation / actif économique", TAUX, False),
    ("rentabilite_economique", "Rentabilité économique, après impôt théorique", TAUX, False),
    ("rentabilite_financiere", "Rentabilité financière", TAUX, False),
    ("df_sur_caf", "Dettes financières / CAF", ANS, False),
    ("annuites_sur_caf", "Capital remboursé / CAF", TAUX, False),
    ("annuites_sur_ebe", "Capital et intérêts / EBE", TAUX, False),
    ("couverture_interets", "EBE / intérêts", FOIS, False),
    ("frais_financiers_sur_ca", "Charges financières / CA", TAUX, False),
    ("dscr", "Couverture du service de la dette (DSCR)", FOIS, False),
)
_CONAN: tuple[_Definition, ...] = (
    ("ebe_sur_dettes", "R1 : EBE / dettes totales", TAUX, False),
    ("capitaux_permanents_sur_passif", "R2 : capitaux permanents / total du passif", TAUX, False),
    ("realisable_disponible_sur_actif", "R3 : réalisable et disponible / total de l'actif", TAUX, False),
    ("frais_financiers_sur_ca", "R4 : frais financiers / chiffre d'affaires", TAUX, False),
    ("personnel_sur_va", "R5 : charges de personnel / valeur ajoutée", TAUX, False),
    ("score", "Score N", NOMBRE, True),
    ("zone", "Zone", TEXTE, True),
)
_ALTMAN: tuple[_Definition, ...] = (
    ("fonds_de_roulement_sur_actif", "X1 : fonds de roulement / actif", TAUX, False),
    ("benefices_non_distribues_sur_actif", "X2 : bénéfices non distribués / actif", TAUX, False),
    ("resultat_exploitation_sur_actif", "X3 : résultat d'exploitation / actif", TAUX, False),
    ("capitaux_propres_sur_dettes", "X4 : capitaux propres / dettes", TAUX, False),
    ("ca_sur_actif", "X5 : chiffre d'affaires / actif", TAUX, False),
    ("score", "Score Z'", NOMBRE, True),
    ("zone", "Zone", TEXTE, True),
)
_FLUX: tuple[_Definition, ...] = (
    ("caf", "Capacité d'autofinancement", EURO, False),
    ("variation_bfr", "Variation du BFR, hors fournisseurs d'immobilisations", EURO, False),
    ("exploitation", "Flux d'exploitation", EURO, True),
    ("acquisitions", "Acquisitions d'immobilisations", EURO, False),
    ("variation_dettes_immobilisations", "Variation des dettes sur immobilisations", EURO, False),
    ("cessions", "Cessions d'immobilisations", EURO, False),
    ("investissement", "Flux d'investissement", EURO, True),
    ("apports_capital", "Apports en capital", EURO, False),
    ("emprunts_nouveaux", "Emprunts nouveaux", EURO, False),
    ("cca_apportes", "Apports en comptes courants", EURO, False),
    ("subventions_recues", "Subventions d'investissement reçues", EURO, False),
    ("dividendes", "Dividendes ou prélèvements", EURO, False),
    ("remboursements", "Remboursements d'emprunts", EURO, False),
    ("cca_rembourses", "Remboursements de comptes courants", EURO, False),
    ("financement", "Flux de financement", EURO, True),
    ("variation", "Variation de la trésorerie nette", EURO, True),
    ("tresorerie_ouverture", "Trésorerie nette à l'ouverture", EURO, False),
    ("tresorerie_cloture", "Trésorerie nette à la clôture", EURO, False),
)
# Shown with a minus sign, so that each flow is the sum of the lines above it.
_SORTIES = {"variation_bfr", "acquisitions", "dividendes", "remboursements", "cca_rembourses"}
_BNC: tuple[_Definition, ...] = (
    ("recettes_nettes", "Recettes nettes", EURO, True),
    ("marge", "Marge sur achats", EURO, False),
    ("ebe_bnc", "EBE avant cotisations personnelles", EURO, True),
    ("benefice", "Bénéfice (perte si négatif)", EURO, True),
    ("revenu_avant_cotisations", "Revenu avant cotisations personnelles", EURO, False),
    ("marge_sur_recettes", "Marge sur recettes", TAUX, False),
    ("ebe_sur_recettes", "EBE sur recettes", TAUX, False),
)


def tableaux_du_diagnostic(exercices: Sequence[Exercice], flux: pd.Series | None) -> list[Tableau]:
    """Tableaux qui ont au moins une valeur, dans l'ordre de lecture."""
    noms = tuple(exercice.nom for exercice in exercices)
    dividendes_connus = all(
        DISTRIBUTIONS in exercice.liasse.valeurs for exercice in exercices if "sig" in exercice.resultats
    )
    partage = _PARTAGE if dividendes_connus else _PARTAGE_SANS_DIVIDENDES
    tableaux = [
        Tableau("Soldes de l'activité libérale", noms, _lignes(exercices, "bnc", _BNC)),
        _sig(exercices, noms),
        Tableau(
            "Partage de la valeur ajoutée",
            noms,
            _lignes(exercices, "sig", partage),
            note="Convention de cours : la part de l'entreprise est le solde.",
        ),
        Tableau("Capacité d'autofinancement", noms, _caf(exercices)),
        Tableau("Bilan fonctionnel", noms, _lignes(exercices, "bilan", _BILAN), note="Actif en valeurs brutes."),
        _flux(noms[-1], flux),
        Tableau("Rotation et délais", noms, _lignes(exercices, "rotation", _ROTATION)),
        Tableau("Ratios BCE / INPI", noms, _lignes(exercices, "bce", _BCE), note="Formules et noms de la source."),
        Tableau(
            "Ratios d'analyse",
            noms,
            _lignes(exercices, "ratios", _RATIOS),
            note="Définitions usuelles, à vérifier ; classement des dettes et actif économique : conventions de cours.",
        ),
        Tableau("Score de Conan et Holder", noms, _lignes(exercices, "conan_holder", _CONAN)),
        Tableau("Score Z' d'Altman", noms, _lignes(exercices, "altman", _ALTMAN)),
    ]
    return [_sans_colonne_vide(tableau) for tableau in tableaux if tableau.lignes]


def _sans_colonne_vide(tableau: Tableau) -> Tableau:
    """Without the years of which the table knows nothing."""
    pleins = [
        rang for rang in range(len(tableau.exercices)) if any(x.valeurs[rang] is not None for x in tableau.lignes)
    ]
    lignes = tuple(replace(x, valeurs=tuple(x.valeurs[rang] for rang in pleins)) for x in tableau.lignes)
    return replace(tableau, exercices=tuple(tableau.exercices[rang] for rang in pleins), lignes=lignes)


def _sig(exercices: Sequence[Exercice], noms: tuple[str, ...]) -> Tableau:
    dernier = exercices[-1]
    lignes = _lignes(exercices, "sig", _SIG)
    ca = dernier.valeur("sig", "chiffre_affaires")
    if ca:
        lignes = tuple(replace(x, part=None if x.valeurs[-1] is None else x.valeurs[-1] / ca) for x in lignes)
    return Tableau("Soldes intermédiaires de gestion", noms, lignes, part="Part du CA" if ca else "")


def _caf(exercices: Sequence[Exercice]) -> tuple[Ligne, ...]:
    definitions = (
        ("caf", "caf", "Capacité d'autofinancement (CAF)", EURO, True),
        ("caf", "caf_sur_ca", "CAF sur chiffre d'affaires", TAUX, False),
        ("autofinancement", "distributions", "Dividendes ou prélèvements", EURO, False),
        ("autofinancement", "autofinancement", "Autofinancement", EURO, True),
        ("caf_bancaire", "caf_bancaire", "CAF retraitée du crédit-bail (convention de cours)", EURO, False),
        ("caf_bce", "caf_bce", "CAF approchée BCE / INPI", EURO, False),
    )
    lignes = [ligne for resultat, *definition in definitions for ligne in _lignes(exercices, resultat, [definition])]
    return tuple(lignes)


def _flux(nom: str, flux: pd.Series | None) -> Tableau:
    lignes = ()
    if flux is not None:
        signes = {cle: -1 if cle in _SORTIES else 1 for cle, *_ in _FLUX}
        lignes = tuple(Ligne(x, u, (signes[cle] * float(flux[cle]),), s) for cle, x, u, s in _FLUX if flux[cle] or s)
    deduit = flux is not None and bool(flux.get("deduit"))
    note = "Une partie des mouvements est déduite de la comparaison des deux bilans." if deduit else ""
    return Tableau(FLUX, (nom,), lignes, note=note)


def _lignes(exercices: Sequence[Exercice], resultat: str, definitions: Sequence[_Definition]) -> tuple[Ligne, ...]:
    """Lines that have a value in one year at least."""
    lignes = []
    for cle, libelle, unite, solde in definitions:
        valeurs = tuple(_brute(exercice.resultats.get(resultat), cle) for exercice in exercices)
        if any(valeur is not None for valeur in valeurs):
            lignes.append(Ligne(libelle, unite, valeurs, solde))
    return tuple(lignes)


def _brute(serie: pd.Series | None, cle: str) -> float | str | None:
    if serie is None or cle not in serie or pd.isna(serie[cle]):
        return None
    valeur = serie[cle]
    return valeur if isinstance(valeur, str) else float(valeur)


def _pour_tableur(valeur: float | None, unite: str) -> float | None:
    return 100 * valeur if unite == TAUX and valeur is not None else valeur
