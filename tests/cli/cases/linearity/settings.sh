"$STROMA" linearity counts.csv --weights y
"$STROMA" linearity counts.csv --bootstrap 10
"$STROMA" linearity "$SAMPLE/../../linearity/counts.csv" --order 5
