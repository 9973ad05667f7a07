"""Les contrôles de cohérence d'une liasse, K01 à K22."""
