"$STROMA" verify out
