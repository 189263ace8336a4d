mkdir plate1
"$STROMA" run plate2 -o out
