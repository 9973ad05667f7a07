"""Crédits à court terme du professionnel : découvert, escompte, Dailly, affacturage, crédit de campagne."""
