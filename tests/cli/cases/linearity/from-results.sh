"$STROMA" synth fluorescence -o series -s plate=series -s rows=3 -s cols=4 -s sites=3 -s width=200 -s height=200 \
    -s density_from=8 -s density_to=32 -s seed=5 > /dev/null || exit
"$STROMA" run series/images -q -o out --no-overlays --no-labels --no-html || exit
echo Well,Site,target_dilution_fraction,random_sample_number,rep_obsv > design.csv
for row in A B C; do
    for col in 1 2 3 4; do
        for site in 1 2 3; do echo "$row$col,$site,0.$((col * 2)),$row$col,$site" >> design.csv; done
    done
done
"$STROMA" linearity design.csv --results out --depth 100 > table || exit
sed -n 3,4p table
grep -c '^  Mean concentration' table
"$STROMA" linearity design.csv --results out
sed 's/^A1,1/H9,1/' design.csv > other.csv
"$STROMA" linearity other.csv --results out --depth 100
