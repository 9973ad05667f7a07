"""Les documents tels qu'ils arrivent : liasse en tableur, bilans saisis de l'INPI, 2035."""
