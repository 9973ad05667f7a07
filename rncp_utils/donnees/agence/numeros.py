"""Numbers that are well formed and belong to nobody: SIREN, SIRET, IBAN. Computed for a whole table at once."""

from __future__ import annotations

import numpy as np

from rncp_utils.erreurs import ErreurDonnees

# SIREN from 999 400 00x on: with those of the thread cases (999 319 0xx) and documents (999 319 1xx), all that this
# course uses. INSEE numbers in order of creation and is far below.
_PREFIXE = "999"
_CLIENTS, _VOISINS, _FIN = 40_000, 70_000, 100_000
_BANQUE, _GUICHET = 99_999, 42
# « FR00 » behind the account, as numbers: F is 15 and R is 27.
_FRANCE = 152_700


def cle_luhn(chiffres: np.ndarray) -> np.ndarray:
    """Check digit that ends each row of digits."""
    doubles = chiffres.copy()
    doubles[:, ::-2] *= 2
    doubles = np.where(doubles > 9, doubles - 9, doubles)
    return -doubles.sum(axis=1) % 10


def _en_chiffres(textes: np.ndarray, largeur: int) -> np.ndarray:
    return np.frombuffer("".join(textes).encode("ascii"), dtype="uint8").reshape(-1, largeur).astype("int64") - ord("0")


def _completer(textes: list[str], largeur: int) -> np.ndarray:
    cles = cle_luhn(_en_chiffres(textes, largeur)) if textes else []
    return np.array([f"{texte}{cle}" for texte, cle in zip(textes, cles, strict=True)], dtype=object)


def tirer_siren(hasard: np.random.Generator, nombre: int, *, voisins: bool = False) -> np.ndarray:
    """Distinct SIREN of fictitious companies; those of the neighbours are never those of the clients.

    Raises
    ------
    ErreurDonnees
        More companies than the range holds.
    """
    debut, fin = (_VOISINS, _FIN) if voisins else (_CLIENTS, _VOISINS)
    if nombre > fin - debut:
        raise ErreurDonnees(
            f"{nombre} entreprises sont demandées : les numéros fictifs n'en nomment que {fin - debut}."
        )
    rangs = hasard.permutation(fin - debut)[:nombre] + debut
    return _completer([f"{_PREFIXE}{rang:05d}" for rang in rangs], 8)


def siret_de(siren: np.ndarray, numeros: np.ndarray) -> np.ndarray:
    """SIRET of establishment number ``numeros`` (1 to 9 999) of each company."""
    return _completer([f"{s}{n:04d}" for s, n in zip(siren, numeros, strict=True)], 13)


def iban_de(numeros: np.ndarray) -> np.ndarray:
    """IBAN of each account number (up to 11 digits) at a bank whose code, 99999, is nobody's."""
    rib = 97 - (89 * _BANQUE + 15 * _GUICHET + 3 * numeros) % 97
    reste = (_BANQUE % 97 * 10**5 + _GUICHET) % 97
    for suite, chiffres in ((numeros, 11), (rib, 2), (np.full_like(numeros, _FRANCE), 6)):
        reste = (reste * 10**chiffres + suite) % 97
    cles = 98 - reste
    return np.array(
        [f"FR{c:02d}{_BANQUE:05d}{_GUICHET:05d}{n:011d}{r:02d}" for c, n, r in zip(cles, numeros, rib, strict=True)],
        dtype=object,
    )
