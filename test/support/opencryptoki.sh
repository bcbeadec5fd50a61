# Run as `unshare --mount --ipc sh opencryptoki.sh FOLDER`: openCryptoki's daemon with a software token of its own, whatever other one this
# machine has. Says "ready", and ends when its standard input does.
set -eu
folder=$1
mkdir -p "$folder/lib/swtok/TOK_OBJ" "$folder/run/lock/opencryptoki/swtok" "$folder/log" "$folder/etc" "$folder/shm"
printf 'version opencryptoki-3.8\nslot 0\n{\nstdll = libpkcs11_sw.so\n}\n' > "$folder/etc/opencryptoki.conf"
chgrp -R pkcs11 "$folder"
chmod -R g+rwx "$folder"
mkdir -p /var/log/opencryptoki
mount --bind "$folder/lib" /var/lib/opencryptoki
mount --bind "$folder/log" /var/log/opencryptoki
mount --bind "$folder/etc" /etc/opencryptoki
mount --bind "$folder/run" /run
mount --bind "$folder/shm" /dev/shm
pkcsslotd
until [ -S /run/pkcsslotd.socket ]; do sleep 0.02; done
echo ready
cat > /dev/null
kill "$(cat /run/pkcsslotd.pid)"
