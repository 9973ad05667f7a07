"""Prêts amortissables : tableau d'amortissement, révision, remboursement anticipé, restructuration, vue comptable."""
