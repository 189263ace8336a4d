# Three fractions, one sample too few, one observation too few; nothing is written.
awk -F, 'NR == 1 || ($1 == "Imager" && $2 != 0.9 && $2 != 0.7 && $14 != 4 && !($14 == 7 && $5 == 2))' \
    "$SAMPLE/../../linearity/counts.csv" > counts.csv
"$STROMA" linearity counts.csv -o out
code=$?
ls
exit $code
