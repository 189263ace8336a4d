"$STROMA" stages segmnt
