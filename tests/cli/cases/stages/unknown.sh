"$STROMA" stages nosuch
