# What a table holds is text in every output, never a formula, markup or the end of a script.
sed -e 's|^Imager|"=1+1</script><script>alert(1)</script>"|' -e 's|Synthetic MSC|"<img src=x>"|' \
    "$SAMPLE/../../linearity/counts.csv" > '<b>&.csv'
"$STROMA" linearity '<b>&.csv' -o out > /dev/null || exit
grep -o "'=1+1[^,]*" out/linearity.csv | head -n 1
grep -c -e '<script' -e '<img' -e '<b>' out/linearity.html out/linearity.json
grep -o 'u003cscript[^"]*' out/linearity.json | head -n 1
grep -o '<title>.*</title>' out/linearity.html | head -n 1
