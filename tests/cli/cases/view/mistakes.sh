mkdir out; printf 'Metadata_Plate,Metadata_Well,Metadata_Site,ImageNumber,ObjectNumber,Class,Location_Center_X,Location_Center_Y\n' >out/objects.csv
printf 'P,A01,1,1,1,live,1,1\n' >>out/objects.csv
"$STROMA" view out --select "clas=dead"; echo $?
"$STROMA" view out --select "class"; echo $?
"$STROMA" view out --select "class=dead"; echo $?
"$STROMA" view out --limit 0; echo $?
"$STROMA" view nowhere
