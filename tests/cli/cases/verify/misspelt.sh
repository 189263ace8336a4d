printf 'Batch,Viabilty\nB1,90\n' > claims.csv
"$STROMA" verify out --claims claims.csv
