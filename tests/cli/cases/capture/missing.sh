$STROMA capture nothing.tif --json
