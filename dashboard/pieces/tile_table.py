"""Key figures as words, and as a table of texts."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts.chart import Table, words
from dashboard.tiles import Tile


def tile_words(tile: Tile) -> str:
    """A key figure as a sentence."""
    change = f", {tile.change.text} {tile.reference}" if tile.change else ""
    return f"{tile.label}\u202f: {tile.value} ({tile.detail}){change}."


def tile_table(caption: str, tiles: Sequence[Tile]) -> Table:
    """Key figures as a table of texts."""
    return Table(
        caption=caption,
        corner="Indicateur",
        rows=tuple(tile.label for tile in tiles),
        columns=(
            words("valeur", "Valeur", (tile.value for tile in tiles)),
            words("detail", "Détail", (tile.detail for tile in tiles)),
            words(
                "evolution",
                "Évolution",
                (tile.change.text if tile.change else "–" for tile in tiles),
            ),
            words("reference", "Référence", (tile.reference or "–" for tile in tiles)),
            words("periode", "Période", (tile.period or "–" for tile in tiles)),
        ),
    )
