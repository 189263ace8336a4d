# Other weights, order, draws and seed are used and said.
"$STROMA" linearity "$SAMPLE/../../linearity/counts.csv" --weights x2 --order 2 --bootstrap 60 --seed 7 | head -n 6
