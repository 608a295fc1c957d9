"""What commands say of a file that the system does not give."""

from __future__ import annotations


def unreadable(error: OSError) -> str:
    """Why a path cannot be opened."""
    match error:
        case FileNotFoundError():
            return "Fichier introuvable"
        case IsADirectoryError():
            return "C’est un dossier et non un fichier"
        case PermissionError():
            return "Lecture du fichier interdite"
        case _:
            return "Fichier illisible"
