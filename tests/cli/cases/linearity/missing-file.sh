"$STROMA" linearity nowhere.csv
