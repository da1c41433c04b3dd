# SPDX-License-Identifier: BSD-3-Clause
# What scripts/check and scripts/quickstart share. Sourced; needs $root, the tree's top.

say() {
	printf '%s\n' "$*"
}

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

is_root() {
	[ "$(id -u)" -eq 0 ]
}

# Runs a command as root, or says how it could be.
as_root() {
	if is_root; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		fail "needs root for: $* (run as root, or install sudo)"
	fi
}

# The last thing a script does: signals then reach the command alone.
exec_as_root() {
	is_root && exec "$@"
	command -v sudo >/dev/null 2>&1 || as_root "$@"
	exec sudo "$@"
}

# packages_of PURPOSE...: names from scripts/packages, one a line.
packages_of() {
	for purpose in "$@"; do
		sed -n "s/^$purpose //p" "$root/scripts/packages" | tr ' ' '\n'
	done
}

package_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

packages_missing() {
	for package in $(packages_of "$@"); do
		package_installed "$package" || printf '%s ' "$package"
	done
}

# Fresh, these would start, now and at every boot, with Debian's configuration. Nobody
# asked for that: policy-rc.d holds services back while packages are unpacked.
# A package, with its unit's name behind "=" where that is another.
services='freeradius snmpd snmptrapd hostapd ocserv wpasupplicant=wpa_supplicant
	prometheus prometheus-snmp-exporter snmptt icinga2-bin=icinga2 nagios4-core=nagios4'
hold_services='printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d &&
	chmod 755 /usr/sbin/policy-rc.d'
release_services='rm -f /usr/sbin/policy-rc.d'

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
		--no-install-recommends "$@"
}

# install_packages PURPOSE...: installs what is missing, and touches nothing else.
install_packages() {
	command -v apt-get >/dev/null 2>&1 ||
		fail "installs with apt-get, which is not here: install by hand (scripts/packages) and use --no-install"
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	say "Installing: $missing"
	fresh=
	for service in $services; do
		case " $missing" in
		*" ${service%=*} "*) fresh="$fresh ${service#*=}" ;;
		esac
	done
	held=no
	if [ -n "$fresh" ] && [ ! -e /usr/sbin/policy-rc.d ]; then
		as_root sh -c "$hold_services" && held=yes
		trap 'as_root sh -c "$release_services"; exit 1' INT TERM HUP
	fi
	# shellcheck disable=SC2086 # a list of names
	as_root apt-get update -q && apt_install $missing
	status=$?
	if [ "$held" = yes ]; then
		as_root sh -c "$release_services"
		trap - INT TERM HUP
	fi
	if [ -n "$fresh" ] && command -v systemctl >/dev/null 2>&1; then
		# One at a time: one that Debian itself has masked must not keep the others.
		for unit in $fresh; do
			as_root systemctl --quiet disable "$unit" >/dev/null 2>&1 || :
		done
	fi
	[ "$status" -eq 0 ] || fail "apt-get could not install: $missing"
}
