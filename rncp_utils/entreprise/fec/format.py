"""What a file of accounting entries (FEC) looks like: its fields, its separator, its encoding, and what is not one.

Everything here is decided from the first bytes and one pass over blocks, so that a hostile file is refused cheaply.
Source: article A47 A-1 of the livre des procédures fiscales (VII and VIII for the fields, III and XII for the coding).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from rncp_utils.entreprise.documents.refus import refuser, taille_acceptee
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

CHAMPS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
# Added after the 18 others by the BNC and BA that keep cash accounts.
CHAMPS_TRESORERIE = ("DateRglt", "ModeRglt", "NatOp", "IdClient")
MONTANT, SENS = "Montant", "Sens"
DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate", "DateRglt")
# Without these nothing can be added up; any other absence is a fault that F01 reports.
INDISPENSABLES = ("JournalCode", "EcritureNum", "EcritureDate", "CompteNum")
SEPARATEURS = {"\t": "tabulation", "|": "barre verticale"}
ENCODAGES = ("utf-8-sig", "iso-8859-15", "cp1252")

# Python's name of an encoding, and the one under which it is read (cp1252 holds all that iso-8859-1 prints).
_NOMS_PYTHON = {
    "utf-8": "utf-8-sig",
    "utf-8-sig": "utf-8-sig",
    "ascii": "utf-8-sig",
    "iso8859-15": "iso-8859-15",
    "iso8859-1": "cp1252",
    "cp1252": "cp1252",
}

LIGNE_MAX = 1 << 20
_AUTRES_SEPARATEURS = {";": "le point-virgule", ",": "la virgule", " ": "l'espace"}
_CANONIQUES = {nom.lower(): nom for nom in (*CHAMPS, *CHAMPS_TRESORERIE, MONTANT, SENS)}
# Bytes that print in cp1252 and are control characters in iso-8859-15; those that cp1252 leaves undefined.
_C1 = bytes(range(0x80, 0xA0))
_INDEFINIS = b"\x81\x8d\x8f\x90\x9d"
_SIGNATURES = {
    b"PK\x03\x04": "un classeur ou une archive (xlsx, ods, zip) dont l'extension a été changée",
    b"\xd0\xcf\x11\xe0": "un ancien classeur Excel (xls) dont l'extension a été changée",
    b"%PDF": "un document PDF",
    b"\x1f\x8b": "un fichier compressé (gzip)",
    b"7z\xbc\xaf": "une archive 7z",
    b"Rar!": "une archive RAR",
}
_MARQUES_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class FormatFec:
    """How a file is to be read.

    Attributes
    ----------
    encodage : str
        ``utf-8-sig``, ``iso-8859-15`` or ``cp1252``.
    separateur : str
        Tab or ``|``.
    champs : tuple of str
        Names of the header in the order of the file, known ones in their official spelling.
    """

    encodage: str
    separateur: str
    champs: tuple[str, ...]


def reconnaitre(chemin: Path, encodage: str | None = None, separateur: str | None = None) -> FormatFec:
    """Say how ``chemin`` is to be read, or refuse it in one French sentence.

    Raises
    ------
    ErreurDonnees
        No such file, empty, a spreadsheet, an archive, EBCDIC, UTF-16, a line over 1 MB, bytes that are no text.
    ErreurSchema
        Header without tab nor ``|``, or with both, or without the fields that nothing replaces.
    """
    taille_acceptee(chemin)
    with chemin.open("rb") as fichier:
        tete = fichier.read(4096)
    _refuser_autre_format(tete, chemin)
    trouve = _choisir_encodage(chemin, encodage)
    with chemin.open("rb") as fichier:
        # `splitlines` cuts bytes at line ends only, CR alone included.
        lignes = fichier.read(2 * LIGNE_MAX).splitlines()
    entete = lignes[0].decode(trouve)
    if not entete.strip():
        raise ErreurSchema(f"« {chemin.name} » commence par une ligne vide : la première ligne doit nommer les champs.")
    choisi = _choisir_separateur(entete, separateur, chemin.name)
    champs = _lire_entete(entete, choisi, chemin.name)
    if len(lignes) == 1:
        raise refuser(chemin, "ne contient que son en-tête", "demandez un export avec ses écritures")
    return FormatFec(trouve, choisi, champs)


def _refuser_autre_format(tete: bytes, chemin: Path) -> None:
    if not tete.strip(b"\xef\xbb\xbf \t\r\n\x1a"):
        raise refuser(chemin, "est vide", "demandez-en un nouvel export")
    for signature, nature in _SIGNATURES.items():
        if tete.startswith(signature):
            raise refuser(chemin, f"est {nature}", "un FEC est un fichier texte, demandez l'export d'origine")
    if tete.startswith(_MARQUES_UTF16):
        raise refuser(chemin, "est codé en UTF-16", "réexportez-le en ISO 8859-15 ou en UTF-8")
    if "journalcode" in tete.decode("cp500").lower():
        raise refuser(
            chemin, "est codé en EBCDIC, que la loi admet mais qui n'est pas lu ici", "demandez-le en ISO 8859-15"
        )
    if tete.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        raise refuser(chemin, "est un fichier XML ou une page web", "demandez le FEC au format texte")


@dataclass
class _Octets:
    """What the bytes seen so far, by blocks of whole lines, say of the encoding."""

    utf8: bool = True
    accents_utf8: bool = False
    cp1252: bool = False
    indefinis: bool = False

    def ajouter(self, bloc: bytes) -> None:
        if bloc.isascii():
            return
        try:
            bloc.decode("utf-8")
        except UnicodeDecodeError:
            self.utf8 = False
            self.cp1252 |= len(bloc.translate(None, _C1)) < len(bloc)
            self.indefinis |= len(bloc.translate(None, _INDEFINIS)) < len(bloc)
        else:
            self.accents_utf8 = True


def _choisir_encodage(chemin: Path, demande: str | None) -> str:
    """Encoding asked for, once checked, or the one that the bytes of the whole file allow."""
    octets = _parcourir(chemin)
    if demande is None:
        if octets.utf8:
            return "utf-8-sig"
        if octets.indefinis or octets.accents_utf8:
            raise refuser(chemin, "a un encodage qui n'est pas reconnu", "réexportez-le en ISO 8859-15")
        return "cp1252" if octets.cp1252 else "iso-8859-15"
    try:
        python = codecs.lookup(demande).name
    except LookupError:
        python = ""
    nom = _NOMS_PYTHON.get(python, "")
    if not nom:
        raise ErreurDonnees(f"L'encodage « {demande} » n'est pas lu : choisissez parmi {', '.join(ENCODAGES)}.")
    if (nom == "utf-8-sig" and not octets.utf8) or (nom == "cp1252" and octets.indefinis):
        raise refuser(chemin, f"n'est pas codé en {demande}", "laissez l'encodage se détecter")
    return nom


def _parcourir(chemin: Path) -> _Octets:
    octets = _Octets()
    reste = b""
    with chemin.open("rb") as fichier:
        while bloc := fichier.read(LIGNE_MAX):
            if b"\0" in bloc:
                raise refuser(chemin, "contient des octets nuls", "ce n'est pas un texte, ou il est codé en UTF-16")
            bloc = reste + bloc
            fin = max(bloc.rfind(b"\n"), bloc.rfind(b"\r")) + 1
            reste, bloc = bloc[fin:], bloc[:fin]
            if len(reste) > LIGNE_MAX:
                raise refuser(
                    chemin,
                    f"a une ligne de plus de {LIGNE_MAX >> 20} Mo",
                    "un FEC a une ligne par mouvement, demandez-en un nouvel export",
                )
            octets.ajouter(bloc)
    octets.ajouter(reste)
    return octets


def _choisir_separateur(entete: str, demande: str | None, nom: str) -> str:
    if demande is not None and demande not in SEPARATEURS:
        raise ErreurSchema(f"Le séparateur « {demande} » n'est pas admis : un FEC sépare par tabulation ou par « | ».")
    presents = [signe for signe in SEPARATEURS if signe in entete]
    if demande in presents or (demande is None and len(presents) == 1):
        return demande or presents[0]
    debut = entete[:60].replace("\t", "→") + "…" * (len(entete) > 60)
    if len(presents) == 2 and demande is None:
        raise ErreurSchema(
            f"L'en-tête de « {nom} » contient des tabulations et des « | » (« {debut} ») : précisez le séparateur."
        )
    autre = next((f"{nature} « {signe} »" for signe, nature in _AUTRES_SEPARATEURS.items() if signe in entete), "")
    lu = f"{autre} " if autre else ""
    raise ErreurSchema(
        f"J'ai lu {lu}dans l'en-tête de « {nom} » (« {debut} ») : un FEC sépare ses champs par tabulation ou "
        "par « | », réexportez-le depuis le logiciel de comptabilité."
    )


def _lire_entete(entete: str, separateur: str, nom: str) -> tuple[str, ...]:
    lus = [champ.strip() or f"(sans nom {rang})" for rang, champ in enumerate(entete.split(separateur), start=1)]
    champs = tuple(_CANONIQUES.get(champ.lower(), champ) for champ in lus)
    manquants = [champ for champ in INDISPENSABLES if champ not in champs]
    if not ({"Debit", "Credit"} <= set(champs) or {MONTANT, SENS} <= set(champs)):
        manquants.append("Debit et Credit (ou Montant et Sens)")
    if manquants and any(champ.strip("\"' ").lower() in _CANONIQUES for champ in lus if champ[0] in "\"'"):
        raise ErreurSchema(
            f"Dans la première ligne de « {nom} » (« {', '.join(lus)[:60]}… »), les noms des champs sont entre "
            "guillemets : un FEC n'en porte pas, réexportez-le sans guillemets depuis le logiciel de comptabilité."
        )
    if manquants:
        raise ErreurSchema(
            f"La première ligne de « {nom} » ne nomme pas {', '.join(manquants)} : elle doit porter les noms des "
            f"18 champs ; lu « {', '.join(lus)[:120]} »."
        )
    doubles = sorted({champ for champ in champs if champs.count(champ) > 1})
    if doubles:
        raise ErreurSchema(f"« {nom} » nomme plusieurs fois {', '.join(doubles)} : gardez un champ de chaque nom.")
    return champs
