#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Real logins through pam_radius, moved by file-swap with the templates of doc/examples,
# and by the hook of ten lines that bellwether-hooks(7) shows.
. "$(dirname "$0")/lib.sh"
. "$root/scripts/radius.sh"

command -v freeradius >/dev/null && command -v pamtester >/dev/null ||
	skip "needs FreeRADIUS and pamtester"
ls /lib/*/security/pam_radius_auth.so >/dev/null 2>&1 || skip "needs libpam-radius-auth"

host site
server=127.0.0.11 alternate=127.0.0.12
radius_write "$dir/aaa1" aaa1 $server 4 5
radius_write "$dir/aaa2" aaa2 $alternate 4 5
for radius in aaa1 aaa2; do
	behind site freeradius -d "$dir/$radius" -f >"$dir/$radius.log" 2>&1 &
	started $radius
done

# A service of PAM's that only our namespace has.
mkdir "$dir/pam.d"
echo "auth required pam_radius_auth.so conf=$dir/pam_radius.conf" >"$dir/pam.d/bellwether"
log_in() {
	on site sh -c "mount --bind '$dir/pam.d' /etc/pam.d &&
		echo trial | pamtester bellwether bob authenticate" >>"$dir/pam.log" 2>&1
}
login_by() {
	granted_by "$1" log_in
}

# ---- file-swap, with the examples ----

examples=$root/doc/examples/hooks
sed -e "s|^FILE=.*|FILE=$dir/pam_radius.conf|" \
	-e "s|^TEMPLATE=.*|TEMPLATE=$dir/pam_radius.template|" \
	"$examples/pam_radius.conf" >"$dir/hook.conf"
printf 'SERVER_PORT=%s\n' "$radius_port" >>"$dir/hook.conf"
(umask 077 && sed "s/ secret / $radius_secret /; s/:1812/:$radius_port/" \
	"$examples/pam_radius.template" >"$dir/pam_radius.template")
hook="$root/client/hooks/file-swap $dir/hook.conf"
check made hook_gives 0 "is here now" site "$hook" return
check servers-answer wait_for 20 login_by aaa1
there_and_back file-swap site site 127.0.0.1 login_by
check secret-kept [ "$(stat -c %a "$dir/pam_radius.conf")" = 600 ]

# ---- ten lines ----

awk '$0 == ".Ed" { inside = 0 } /^#!/ { inside = 1 } inside' "$root/doc/bellwether-hooks.7" |
	sed "s|/etc/example/radius.conf|$dir/pam_radius.conf|" >"$dir/own"
chmod 755 "$dir/own"
check ten-lines [ "$(wc -l <"$dir/own")" -eq 10 ]
for place in "here $server" "away $alternate"; do
	echo "${place#* }:$radius_port $radius_secret 3" >"$dir/pam_radius.conf.${place% *}"
done
chmod 600 "$dir"/pam_radius.conf.*
hook=$dir/own
check own-return hook_gives 0 "" site "$hook" return
there_and_back own site site 127.0.0.1 login_by
check own-other-event hook_gives 3 "" site "$hook" party
sed -i "s|$dir/pam_radius.conf|/nowhere/radius.conf|" "$dir/own"
check own-fails hook_gives 1 "cannot be linked" site "$hook" failover $alternate
