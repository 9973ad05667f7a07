"""Le fichier des écritures comptables : lecture, contrôles, balance, passage à la liasse, écriture."""
