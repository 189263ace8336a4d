# Two wells of two channels, and what belongs to them
"$STROMA" synth fluorescence -o out -s cols=2 -s width=64 -s height=48 -s cells=3 -s fragments=0 -s specks=0 -s lint=0 -s plate=p
(cd out && find . -type f | sort)
head -1 out/truth/wells.csv
