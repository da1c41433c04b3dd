#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The hook file-swap on real files: what it writes, keeps, refuses and reads back.
# shellcheck disable=SC2317 # check calls the functions by name
hook=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)/client/hooks/file-swap
dir=$(mktemp -d "${TMPDIR:-/tmp}/file-swap.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
failed=0

# event NAME [ALTERNATE ADDRESS PORT]: runs the hook; $status and $said.
event() {
	# shellcheck disable=SC2086 # a program and its argument
	said=$(env -i PATH="$PATH" BELLWETHER_EVENT="$1" BELLWETHER_SERVER=aaa1 \
		BELLWETHER_SERVER_ADDRESS=192.0.2.10 BELLWETHER_ALTERNATE="${2:-}" \
		BELLWETHER_ALTERNATE_ADDRESS="${3:-}" \
		BELLWETHER_ALTERNATES="${2:+$2=$3:${4:-0} aaa9=192.0.2.99:0}" \
		${slow:-} "$hook" "$dir/conf" 2>&1)
	status=$?
}

# check NAME COMMAND...
check() {
	name=$1
	shift
	if "$@"; then
		echo "ok file-swap-$name"
	else
		echo "not ok file-swap-$name"
		echo "# status $status, said: $said"
		failed=1
	fi
}

holds() {
	printf '%b' "$1" | cmp -s - "$dir/pam_radius.conf"
}

ended() {
	[ "$status" -eq "$1" ]
}

modes() {
	[ "$(stat -c %a:%u "$dir/pam_radius.conf")" = "640:$(id -u)" ]
}

alone() {
	[ "$(find "$dir" -name 'pam_radius.conf*' | wc -l)" -eq 1 ]
}

cat >"$dir/conf" <<-END
	# pam_radius
	FILE=$dir/pam_radius.conf
	TEMPLATE=$dir/template
	AFTER=echo ran >>$dir/after
END
cat >"$dir/template" <<-'END'
	# made by file-swap: a.*[b]
	@ADDRESS@:@PORT@ testing123 2
	@SERVER@:1812 testing123 2
END
head="# made by file-swap: a.*[b]\n"
last="192.0.2.10:1812 testing123 2\n"

event verify
check verify-without-file ended 1
event reconnect
check reconnect-makes-the-file holds "${head}192.0.2.10:1812 testing123 2\n$last"
chmod 640 "$dir/pam_radius.conf"
before=$(stat -c %i "$dir/pam_radius.conf")
event verify
check verify-here ended 0

event failover aaa2 192.0.2.11
check failover-done ended 0
check failover-content holds "${head}192.0.2.11:1812 testing123 2\n$last"
check failover-keeps-mode-and-owner modes
check failover-renames [ "$(stat -c %i "$dir/pam_radius.conf")" != "$before" ]
check failover-leaves-nothing alone
check after-ran [ "$(wc -l <"$dir/after")" -eq 2 ]
event verify aaa2 192.0.2.11
check verify-away ended 10
event verify
check verify-away-without-state ended 10
event failover aaa2 192.0.2.11
check failover-again-changes-nothing [ "$(wc -l <"$dir/after")" -eq 2 ]
event failover aaa3 192.0.2.12 18120
check failover-to-another-port holds "${head}192.0.2.12:18120 testing123 2\n$last"
event failover aaa3 '192.0.2.12/e s'
check refuses-a-strange-address ended 1
event failover
check refuses-no-alternate ended 1
check refusals-leave-nothing alone
check refusals-change-nothing holds "${head}192.0.2.12:18120 testing123 2\n$last"

echo "# edited" >>"$dir/pam_radius.conf"
event verify
check verify-edited-is-unknown ended 1
event return
check return-done holds "${head}192.0.2.10:1812 testing123 2\n$last"
event party
check unknown-event-does-not-apply ended 3

# A client that was not made to read its file is where it was.
last_conf() {
	sed -i '/^AFTER=/d' "$dir/conf"
	echo "$1" >>"$dir/conf"
}
last_conf AFTER=false
event failover aaa2 192.0.2.11
check after-fails ended 1
check after-failed-is-told [ "${said%%run it by hand: false*}" != "$said" ]
check after-failed-puts-back holds "${head}192.0.2.10:1812 testing123 2\n$last"
last_conf "AFTER=sleep 30"
slow='timeout 1'
event failover aaa2 192.0.2.11
slow=
check after-hangs-is-told [ "${said#*sleep 30*: no answer within the timeout}" != "$said" ]
check after-hung-puts-back holds "${head}192.0.2.10:1812 testing123 2\n$last"
check after-leaves-nothing alone

# Two files, as for radcli, and a link as FILE.
mkdir "$dir/real" && mv "$dir/pam_radius.conf" "$dir/real/radcli.conf"
ln -s real/radcli.conf "$dir/pam_radius.conf"
echo "authserver 192.0.2.10:1812" >"$dir/primary"
echo "authserver 192.0.2.11:1812,192.0.2.10:1812" >"$dir/alternate"
printf 'FILE=%s\nPRIMARY=%s\nALTERNATE=%s\n' "$dir/pam_radius.conf" "$dir/primary" \
	"$dir/alternate" >"$dir/conf"
event failover aaa2 192.0.2.11
check two-files-away cmp -s "$dir/alternate" "$dir/real/radcli.conf"
check link-stays [ -L "$dir/pam_radius.conf" ]
event verify
check two-files-verify ended 10
event reconnect
check two-files-here cmp -s "$dir/primary" "$dir/real/radcli.conf"

chmod 666 "$dir/conf"
event verify
check refuses-a-writable-conf ended 1
chmod 600 "$dir/conf"
echo "FLIE=/x" >>"$dir/conf"
event verify
check tells-the-wrong-setting [ "${said#*conf:4: no such setting: FLIE}" != "$said" ]
sed -i '$d' "$dir/conf"
# Settings are data: what looks like a command stays what it is.
echo "FILE PRIMARY=$dir/primary" >>"$dir/conf"
event verify
check refuses-two-words-as-a-name [ "${said#*conf:4: is neither}" != "$said" ]
sed -i '$d' "$dir/conf"
# shellcheck disable=SC2016 # the text itself
echo 'FILE=$(touch '"$dir"'/touched)`touch '"$dir"'/touched`' >>"$dir/conf"
event verify
check runs-nothing-of-a-value [ ! -e "$dir/touched" ]

exit "$failed"
