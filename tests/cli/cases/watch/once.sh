# Takes in what is there, brings the results up to date, stops; the second time there is nothing to do.
mkdir -p in/plate
cp $SAMPLE/sample12_A01_s1_w1.tif $SAMPLE/sample12_A01_s1_w2.tif in/plate
head -c 3000 $SAMPLE/sample12_B01_s1_w1.tif > in/plate/sample12_B01_s1_w1.tif
watch() { $STROMA watch in -o out --once --channels nuclei,dead --stable 50 --site-wait 0 --give-up 1 --log log; }
watch | grep -o '"status":"[a-z]*"' | sort
watch
cut -d, -f1-3 out/wells.csv
grep -o '"event":"[a-z]*"' log | sort | uniq -c | tr -s ' '
grep '"state"\|"captures"\|up_to_date' out/.stroma-watch.json
$STROMA run in --channels nuclei,dead -o one -q
cmp out/objects.csv one/objects.csv && cmp out/images.csv one/images.csv && echo the same as one run
