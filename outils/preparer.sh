#!/bin/sh
# Makes the virtual environment of the project. Says in one sentence what the machine lacks.
set -eu
venv=${1:-.venv}

dire() { printf '%s\n' "$*" >&2; }

trouver_python() {
    for candidat in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if command -v "$candidat" >/dev/null 2>&1 &&
            "$candidat" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            printf '%s' "$candidat"
            return
        fi
    done
}

python=$(trouver_python)
if [ -z "$python" ]; then
    dire "Aucun Python 3.11, 3.12 ou 3.13 n'a été trouvé : installez-le (Debian, Ubuntu : sudo apt install python3 python3-venv), puis relancez la commande."
    exit 1
fi
# Debian and Ubuntu split venv from Python: the module imports, but pip cannot be put in the new environment.
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    dire "Le module venv manque à $python : installez-le (Debian, Ubuntu : sudo apt install python3-venv), puis relancez la commande."
    exit 1
fi

dire "Installation des bibliothèques dans $venv (une à trois minutes la première fois)…"
rm -f "$venv/.ready"
"$python" -m venv --clear "$venv"
# The lock is whole: nothing is left to resolve.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.lock
# On all processors; some packages carry files of another Python, which do not compile.
"$venv/bin/python" -m compileall -qq -j 0 "$venv/lib" >/dev/null 2>&1 || :
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
touch "$venv/.ready"
dire "Installation terminée."
