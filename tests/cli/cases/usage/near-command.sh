"$STROMA" rum
