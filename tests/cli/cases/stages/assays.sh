"$STROMA" assays
