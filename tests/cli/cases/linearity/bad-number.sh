sed '12s/,0[.]/,0;/' "$SAMPLE/../../linearity/counts.csv" > counts.csv
"$STROMA" linearity counts.csv -o out
code=$?
ls
exit $code
