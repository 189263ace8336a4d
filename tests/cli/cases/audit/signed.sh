"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --quiet --no-html --no-pdf --no-overlays --no-labels || exit
"$STROMA" keygen key --name "Jane Doe" || exit
stat -c '%a %n' key key.pub
"$STROMA" sign out --key key --reason "reviewed, all fields looked at" || exit
"$STROMA" audit out --trust key.pub || exit
"$STROMA" audit out/audit.log --trust key.pub || exit
"$STROMA" keygen other --name "Someone else" --passphrase >/dev/null 2>&1 && exit 9
STROMA_PASSPHRASE=secret "$STROMA" keygen other --name "Someone else" --passphrase >/dev/null || exit
"$STROMA" audit out --trust other.pub
