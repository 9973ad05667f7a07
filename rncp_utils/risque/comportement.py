"""Comportement d'un compte : indicateurs de tout un portefeuille, à n'importe quelle date."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import centimes, en_euros
from rncp_utils.parametres import parametre
from rncp_utils.risque.defaut import DETAIL, sortie_de_defaut
from rncp_utils.risque.soldes import JOUR, SoldesJour

FENETRE = 90
ANNEE = 365
# A window of 90 days is a quarter: its flows × 4 make a year (convention of the course).
ANNEE_DE_FENETRES = 360
SEMAINE = 7
JOURS_PAR_MOIS = 365.25 / 12
# Incidents that are counted, by type of the table of incidents.
COMPTES = {
    "nb_rejets_prelevement": "rejet_prelevement",
    "nb_rejets_cheque": "rejet_cheque",
    "nb_lcr_impayees": "lcr_impayee",
    "nb_saisies": "saisie",
}
INTERDIT = "interdit_bancaire"
# What is not money that the client's own activity brings in.
HORS_ACTIVITE = ("virement_interne", "deblocage", "extourne")


class SuiviComptes:
    """Comptes d'un portefeuille, prêts à être lus à une date puis à une autre.

    Une lecture ne parcourt que sa fenêtre : elle coûte le nombre de comptes, non la longueur de leur histoire. Flux et
    incidents, qui se comptent aussi sur l'année d'avant, sont cumulés une fois.

    Parameters
    ----------
    soldes : SoldesJour
    autorisations : Series
        Découvert autorisé de chaque compte, en euros positifs, par clé de ``soldes`` ; 0 sans autorisation.
    mouvements : DataFrame, optional
        Même clé, ``date_op``, ``montant`` signé, ``nature`` : pour les flux confiés.
    incidents : DataFrame, optional
        Même clé, ``date``, ``type`` (rejet_prelevement, rejet_cheque, lcr_impayee, saisie, interdit_bancaire).
    impayes : DataFrame, optional
        Même clé, ``date`` de l'échéance impayée, ``date_regularisation`` (NaT si elle court), ``montant``.
    ca_ttc : Series, optional
        Chiffre d'affaires TTC annuel, en euros, par clé.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Colonne absente ; autorisation négative ou inconnue.
    """

    def __init__(
        self,
        soldes: SoldesJour,
        autorisations: pd.Series | None = None,
        *,
        mouvements: pd.DataFrame | None = None,
        incidents: pd.DataFrame | None = None,
        impayes: pd.DataFrame | None = None,
        ca_ttc: pd.Series | None = None,
    ) -> None:
        self.soldes = soldes
        self.ca_ttc = None if ca_ttc is None else ca_ttc.reindex(soldes.cles).to_numpy(dtype="float64")
        autorisees = pd.Series(0.0, index=soldes.cles) if autorisations is None else autorisations.reindex(soldes.cles)
        self.autorisation = centimes(autorisees.fillna(0.0))
        if (self.autorisation < 0).any():
            raise ErreurDonnees("Une autorisation de découvert est négative : écrivez-la en montant positif.")
        self._flux = None if mouvements is None else _cumul(self._flux_confies(mouvements))
        self._incidents = incidents is not None
        self._comptes = {} if incidents is None else self._compter(incidents)
        self._impayes = impayes

    def _flux_confies(self, mouvements: pd.DataFrame) -> np.ndarray:
        _exiger(mouvements, (self.soldes.cles.name, "date_op", "montant"), "mouvements")
        credits = mouvements[mouvements["montant"] > 0]
        if "nature" in credits:
            credits = credits[~credits["nature"].isin(HORS_ACTIVITE)]
        return self._par_jour(credits, "date_op", centimes(credits["montant"]))

    def _compter(self, incidents: pd.DataFrame) -> dict[str, np.ndarray]:
        _exiger(incidents, (self.soldes.cles.name, "date", "type"), "incidents")
        comptes = {}
        for nom, type_ in {**COMPTES, INTERDIT: INTERDIT}.items():
            du_type = incidents[incidents["type"] == type_]
            comptes[nom] = _cumul(self._par_jour(du_type, "date", np.ones(len(du_type), dtype="int64")))
        return comptes

    def _par_jour(self, table: pd.DataFrame, colonne: str, valeurs: np.ndarray) -> np.ndarray:
        """Values put on the day and the account they belong to; what is out of the days or accounts is left out."""
        jours = pd.to_datetime(table[colonne]).to_numpy().astype(JOUR)
        rangs = ((jours - self.soldes.premier) / np.timedelta64(1, "D")).astype("int64")
        lignes = self.soldes.cles.get_indexer(table[self.soldes.cles.name])
        n = self.soldes.cents.shape[1]
        garde = (lignes >= 0) & (rangs >= 0) & (rangs < n)
        matrice = np.zeros((len(self.soldes.cles), n), dtype="int64")
        np.add.at(matrice, (lignes[garde], rangs[garde]), valeurs[garde])
        return matrice

    def indicateurs(self, date_arrete: Any, fenetre_jours: int = FENETRE) -> pd.DataFrame:
        """Indicateurs de chaque compte sur les ``fenetre_jours`` qui finissent à ``date_arrete``.

        Returns
        -------
        DataFrame
            Index des comptes ; montants en euros, taux en fractions, durées en jours :
            ``jours_debiteurs``, ``taux_jours_debiteurs``, ``jours_depassement``, ``depassement_consecutif`` (plus
            longue suite de jours, commencée avant la fenêtre s'il le faut), ``depassement_max``, ``depassement_moyen``
            (des jours en dépassement), ``utilisation_moyenne`` et ``utilisation_max`` (NaN sans autorisation),
            ``flux_confies``, ``baisse_flux`` (positive quand les flux baissent d'une année sur l'autre),
            ``part_flux`` (flux annualisés sur CA TTC), ``nb_…``, ``interdit_bancaire``, ``retard_max_jours``,
            ``arriere_total``, ``solde_moyen``, ``solde_min``, ``pente_solde`` (€ par mois). NaN : non mesurable.

        Raises
        ------
        ErreurDonnees
            Date hors des soldes connus, fenêtre vide.
        """
        fin = self.soldes.rang(date_arrete) + 1
        if fenetre_jours < 1:
            raise ErreurDonnees(f"fenetre_jours vaut {fenetre_jours} : donnez un nombre de jours positif.")
        debut = max(0, fin - fenetre_jours)
        n = fin - debut
        cents = self.soldes.cents[:, debut:fin]
        debit = np.maximum(-cents, 0)
        exces = np.maximum(debit - self.autorisation[:, None], 0)
        debiteurs, depasse = (debit > 0).sum(axis=1), (exces > 0).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            autorise = np.where(self.autorisation > 0, self.autorisation.astype(float), np.nan)
            colonnes = {
                "jours_debiteurs": debiteurs,
                "taux_jours_debiteurs": debiteurs / n,
                "jours_depassement": depasse,
                "depassement_consecutif": self._consecutifs(exces > 0, debut),
                "depassement_max": en_euros(exces.max(axis=1)),
                "depassement_moyen": np.where(depasse > 0, en_euros(exces.sum(axis=1)) / np.maximum(depasse, 1), 0.0),
                "utilisation_moyenne": debit.sum(axis=1) / n / autorise,
                "utilisation_max": debit.max(axis=1) / autorise,
                **self._flux_de(debut, fin),
                **self._incidents_de(debut, fin),
                **self._retards(date_arrete),
                "solde_moyen": en_euros(cents.sum(axis=1)) / n,
                "solde_min": en_euros(cents.min(axis=1)),
                "pente_solde": _pente(cents),
            }
        table = pd.DataFrame(colonnes, index=self.soldes.cles)
        table.attrs |= {"date_arrete": str(self.soldes.jours[fin - 1].date()), "fenetre_jours": n}
        return table

    def _consecutifs(self, depasse: np.ndarray, debut: int) -> np.ndarray:
        """Longest run of days in excess that touches the window, with its days before the window."""
        plus_long = _series_consecutives(depasse).max(axis=1)
        courus = np.flatnonzero(depasse[:, 0])
        if not debut or not len(courus):
            return plus_long
        avant = -self.soldes.cents[courus, :debut] > self.autorisation[courus, None]
        deja = _premier_faux(avant[:, ::-1])
        plus_long[courus] = np.maximum(plus_long[courus], deja + _premier_faux(depasse[courus]))
        return plus_long

    def _flux_de(self, debut: int, fin: int) -> dict[str, Any]:
        if self._flux is None:
            return dict.fromkeys(("flux_confies", "baisse_flux", "part_flux"), np.nan)
        flux = self._flux[:, fin] - self._flux[:, debut]
        avant = np.full(len(flux), np.nan)
        if debut >= ANNEE:
            avant = (self._flux[:, fin - ANNEE] - self._flux[:, debut - ANNEE]).astype(float)
            avant[avant == 0] = np.nan
        part = (
            np.nan
            if self.ca_ttc is None
            else en_euros(flux) * ANNEE_DE_FENETRES / (fin - debut) / _non_nul(self.ca_ttc)
        )
        return {"flux_confies": en_euros(flux), "baisse_flux": 1 - flux / avant, "part_flux": part}

    def _incidents_de(self, debut: int, fin: int) -> dict[str, Any]:
        if not self._incidents:
            return dict.fromkeys((*COMPTES, INTERDIT), np.nan)
        nombres = {nom: self._comptes[nom][:, fin] - self._comptes[nom][:, debut] for nom in COMPTES}
        # A ban holds until it is lifted, which the incidents do not say: it is read from its start.
        return nombres | {INTERDIT: (self._comptes[INTERDIT][:, fin] > 0).astype(float)}

    def _retards(self, date_arrete: Any) -> dict[str, Any]:
        if self._impayes is None:
            return dict.fromkeys(("retard_max_jours", "arriere_total"), np.nan)
        t = self._impayes
        _exiger(t, (self.soldes.cles.name, "date", "date_regularisation", "montant"), "impayés")
        jour = pd.Timestamp(date_arrete)
        echus, regles = pd.to_datetime(t["date"]), pd.to_datetime(t["date_regularisation"])
        ouverts = t[(echus <= jour) & ~(regles <= jour)]
        jours = (jour - pd.to_datetime(ouverts["date"])).dt.days
        cle = ouverts[self.soldes.cles.name]
        retard = jours.groupby(cle).max().reindex(self.soldes.cles).fillna(0)
        arriere = ouverts["montant"].groupby(cle).sum().reindex(self.soldes.cles).fillna(0.0)
        return {"retard_max_jours": retard.to_numpy(), "arriere_total": arriere.to_numpy()}

    def defauts(self, date_arrete: Any, prets: pd.Series | None = None, *, clientele: str = DETAIL) -> pd.DataFrame:
        """Test du défaut par arriéré, avant tout score : dépassement d'autorisation, échéance impayée la plus ancienne.

        L'arriéré compte s'il passe à la fois le seuil absolu et le seuil relatif. Il y a défaut au-delà de 90 jours ;
        on en sort après la période de probation, que toute rechute fait repartir. Convention de cours : les jours de
        dépassement du compte et l'âge de la plus ancienne échéance se comptent à part, alors que le texte réunit tous
        les arriérés du débiteur.

        Parameters
        ----------
        date_arrete : date
        prets : Series, optional
            Capital restant dû des prêts de chaque compte, en euros, par clé, le même tous les jours ; 0 par défaut.
        clientele : {"detail", "autre"}

        Returns
        -------
        DataFrame
            ``jours_arriere`` (compteur le plus long à la date), ``defaut``, ``defaut_depuis`` (NaT sans défaut).

        Source : règlement (UE) 575/2013, art. 178 ; probation : EBA/GL/2016/07, de mémoire, à vérifier.
        """
        fin = self.soldes.rang(date_arrete) + 1
        jour = self.soldes.jours[fin - 1].date()
        debit = np.maximum(-self.soldes.cents[:, :fin], 0)
        prets = pd.Series(0.0, index=self.soldes.cles) if prets is None else prets
        base = debit + centimes(prets.reindex(self.soldes.cles, fill_value=0.0))[:, None]
        absolu = 100 * parametre(f"risque.defaut.seuil_absolu_{clientele}", jour)
        limite = np.maximum(absolu, np.round(parametre("risque.defaut.seuil_relatif", jour) * base, 6))
        impayes, ages = self._impayes_par_jour(fin)
        compteurs = np.maximum(
            _series_consecutives(np.maximum(debit - self.autorisation[:, None], 0) > limite),
            np.where(impayes > limite, ages, 0),
        )
        franchis = compteurs > parametre("risque.defaut.jours", jour)
        depuis = pd.Series(pd.NaT, index=self.soldes.cles, dtype="datetime64[ns]")
        for rang in np.flatnonzero(franchis.any(axis=1)):
            depuis.iloc[rang] = self._debut_du_defaut(franchis[rang], compteurs[rang] > 0)
        return pd.DataFrame(
            {"jours_arriere": compteurs[:, -1], "defaut": depuis.notna(), "defaut_depuis": depuis},
            index=self.soldes.cles,
        )

    def _debut_du_defaut(self, franchis: np.ndarray, en_arriere: np.ndarray) -> pd.Timestamp:
        """First day of the default still open on the last day, NaT if there is none."""
        debut = sortie = pd.NaT
        for jour, franchi, arriere in zip(self.soldes.jours, franchis, en_arriere, strict=False):
            if arriere:
                sortie = pd.NaT
            elif pd.notna(debut) and pd.isna(sortie):
                sortie = pd.Timestamp(sortie_de_defaut(jour.date()))
            if pd.notna(sortie) and jour >= sortie:
                debut = sortie = pd.NaT
            if franchi and pd.isna(debut):
                debut = jour
        return debut

    def _impayes_par_jour(self, fin: int) -> tuple[np.ndarray, np.ndarray]:
        """Instalments due and unpaid each day, in cents, and the age of the oldest one, in days."""
        montants, ages = (np.zeros((len(self.soldes.cles), fin), dtype="int64") for _ in range(2))
        if self._impayes is None:
            return montants, ages
        t = self._impayes
        lignes = self.soldes.cles.get_indexer(t[self.soldes.cles.name])
        debuts, fins = (
            np.where(jours.notna(), (jours - pd.Timestamp(self.soldes.premier)).dt.days, fin).astype("int64")
            for jours in (pd.to_datetime(t["date"]), pd.to_datetime(t["date_regularisation"]))
        )
        for ligne, du, au, cents in zip(lignes, debuts, fins, centimes(t["montant"]), strict=True):
            if ligne < 0 or du >= fin:
                continue
            jours = slice(max(du, 0), min(au, fin))
            montants[ligne, jours] += cents
            ages[ligne, jours] = np.maximum(ages[ligne, jours], np.arange(jours.start, jours.stop) - du)
        return montants, ages


def indicateurs_compte(
    soldes: SoldesJour,
    autorisations: pd.Series | None,
    date_arrete: Any,
    *,
    fenetre_jours: int = FENETRE,
    **donnees: Any,
) -> pd.DataFrame:
    """Indicateurs de comportement à une date : :class:`SuiviComptes` en un appel.

    Le solde de clôture en date d'opération dit le comportement ; la date de valeur sert aux intérêts. Source :
    pratique de suivi du risque, convention de cours.

    >>> from rncp_utils.risque.soldes import soldes_denses
    >>> releves = pd.DataFrame({"id_compte": ["a", "a", "a"], "date": ["2026-01-01", "2026-01-11", "2026-01-20"],
    ...                         "solde": [500.0, -1_500.0, 0.0]})
    >>> lus = indicateurs_compte(soldes_denses(releves), pd.Series({"a": 1_000.0}), "2026-01-20")
    >>> lus.loc["a", ["jours_debiteurs", "jours_depassement", "depassement_max"]].tolist()
    [9.0, 9.0, 500.0]
    """
    return SuiviComptes(soldes, autorisations, **donnees).indicateurs(date_arrete, fenetre_jours)


def _exiger(table: pd.DataFrame, colonnes: tuple[str, ...], nom: str) -> None:
    manquantes = [colonne for colonne in colonnes if colonne not in table]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table des {nom} : {', '.join(manquantes)}.")


def _cumul(matrice: np.ndarray) -> np.ndarray:
    """Running total with a first column of zeros: a window is the difference of two columns."""
    cumul = np.zeros((matrice.shape[0], matrice.shape[1] + 1), dtype="int64")
    np.cumsum(matrice, axis=1, out=cumul[:, 1:])
    return cumul


def _series_consecutives(vrai: np.ndarray) -> np.ndarray:
    """For each day, how many days in a row, that one included, the condition has held."""
    rangs = np.arange(1, vrai.shape[1] + 1)
    dernier_faux = np.maximum.accumulate(np.where(vrai, 0, rangs), axis=1)
    return rangs - dernier_faux


def _premier_faux(vrai: np.ndarray) -> np.ndarray:
    """How many values are true before the first false one, on each row."""
    return np.where(vrai.all(axis=1), vrai.shape[1], np.argmin(vrai, axis=1))


def _non_nul(valeurs: np.ndarray) -> np.ndarray:
    return np.where(valeurs > 0, valeurs, np.nan)


def _pente(cents: np.ndarray) -> np.ndarray:
    """Theil–Sen slope of the weekly means, € a month: half of the pairs rise faster, half slower.

    Weeks rather than days: the number of pairs stays small, and a salary day does not count for a trend.
    """
    semaines = cents.shape[1] // SEMAINE
    if semaines < 2:
        return np.full(len(cents), np.nan)
    # The last weeks of the window; the days before them are left out.
    moyennes = en_euros(cents[:, -semaines * SEMAINE :]).reshape(len(cents), semaines, SEMAINE).mean(axis=2)
    a, b = np.triu_indices(semaines, 1)
    return np.median((moyennes[:, b] - moyennes[:, a]) / (b - a), axis=1) * JOURS_PAR_MOIS / SEMAINE
