"$STROMA" sign out --key key
