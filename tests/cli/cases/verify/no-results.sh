mkdir empty
printf 'Batch,Viability\nB1,90\n' > claims.csv
"$STROMA" verify empty --claims claims.csv
