"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --no-html --no-overlays --no-labels --quiet --store lab.sqlite || exit
python3 - <<'END'
import sqlite3
db = sqlite3.connect("lab.sqlite")
db.execute("UPDATE well_values SET value = 99 WHERE well = 5 AND measure = (SELECT id FROM measures WHERE name = 'Viability')")
db.commit()
END
"$STROMA" audit lab.sqlite
echo $?
"$STROMA" history --store lab.sqlite
sed -i '3s/ok/ko/' out/wells.csv
"$STROMA" store out --store other.sqlite
