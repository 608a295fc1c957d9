"""The digest: what to look at in a territory, by e-mail, once for each period that was received."""
