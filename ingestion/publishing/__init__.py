"""Layers of cells, their fold into facts, and the transactions that change what readers see."""
