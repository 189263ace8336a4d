"$STROMA" run "$SAMPLE" -q -o out --channels nuclei,dead --samples "$SAMPLE/../samples.csv" || exit
"$STROMA" verify out --claims "$SAMPLE/../claims.csv" -o checked > table
code=$?
head -n 1 table
ls checked
wc -l < checked/verify.csv
cut -d, -f2,6,19 checked/verify.csv
"$STROMA" verify out --claims "$SAMPLE/../claims.csv" --json | cmp - checked/verify.json
"$STROMA" verify out --claims "$SAMPLE/../claims.csv" -o again > /dev/null
cmp checked/certificate.pdf again/certificate.pdf
cmp checked/verify.html again/verify.html
head -c 5 checked/certificate.pdf
echo
grep -c '<svg' checked/verify.html
grep -c '<script' checked/verify.html || true
grep -c 'data:image/png' checked/verify.html
exit $code
