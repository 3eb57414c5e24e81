"""The online theory test: an organisation sets it ready, KSF enters what came of it."""
