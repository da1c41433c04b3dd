#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The include rules of the house: folders reach only downward, libraries stay in the few
# files that own them, and the core stays pure.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
find common monitor policy message fleet mib client subagent tui -name '*.[ch]' |
	LC_ALL=C sort >"${TMPDIR:-/tmp}/includes.$$"
trap 'rm -f "${TMPDIR:-/tmp}/includes.$$"' EXIT

awk '
# Which folders a folder may include, itself aside.
BEGIN {
	below["common"] = ""
	below["monitor"] = "common"
	below["policy"] = "common"
	below["message"] = "common"
	below["fleet"] = "common policy message"
	below["mib"] = "common"
	below["client"] = "common message"
	below["subagent"] = "common monitor policy message fleet mib"
	below["tui"] = "common mib"
	# Files that may reach further than their folder.
	further["client/flock"] = "policy subagent/source.h"
	further["tui/offline"] = "policy fleet message subagent/source.h " \
	    "client/core.h client/flock-members.h"

	# Whose headers: library, pattern of its headers, files that own it.
	fence("Net-SNMP", "^net-snmp/", "^(subagent|tui)/")
	fence("libxml2", "^libxml/", "^(policy/|client/config)")
	fence("OpenSSL", "^openssl/", "^(message/keys|monitor/(radius|tacacs))")
	fence("ncurses", "^(n?curses|panel|menu|form)", "^tui/screen[.]c")
	fence("SQLite", "^sqlite3", "^subagent/store")
	fence("libuv", "^uv[.]h", "^(monitor|subagent|client)/")
	# The core takes time, bytes and randomness as arguments.
	fence("the system", "^(unistd|fcntl|time|poll|dirent|netdb|signal)[.]h|" \
	      "^sys/(socket|stat|time|epoll|select|random|un|wait)[.]h|" \
	      "^(netinet|arpa|net|linux)/", \
	      "^(common|monitor|message|client|subagent|tui)/")
	calls = "(^|[^A-Za-z0-9_.>])(clock_now|clock_gettime|gettimeofday|time|" \
	    "random_entropy|getrandom|rand|random|file_read|file_replace|fopen|open|" \
	    "socket|sendto|recvfrom|getenv)[(]"
}
function fence(library, headers, owners) {
	fences++
	fence_name[fences] = library
	fence_headers[fences] = headers
	fence_owners[fences] = owners
}
function broken(what) {
	printf "# %s:%d: %s\n", FILENAME, FNR, what
	faults++
}
function check_project(target,   folder, to, stem) {
	folder = FILENAME; sub("/.*", "", folder)
	to = target; sub("/.*", "", to)
	stem = FILENAME; sub("[.][ch]$", "", stem); sub("-.*", "", stem)
	if (target == "config.h" || to == folder)
		return
	if (index(" " below[folder] " ", " " to " "))
		return
	if (stem in further && (index(" " further[stem] " ", " " to " ") ||
	    index(" " further[stem] " ", " " target " ")))
		return
	broken("includes \"" target "\": " folder "/ may reach only: " below[folder])
}
function check_library(target,   i) {
	for (i = 1; i <= fences; i++)
		if (target ~ fence_headers[i] && FILENAME !~ fence_owners[i])
			broken("includes <" target ">: " fence_name[i] \
			    " belongs to " fence_owners[i])
}
# The line without its comments; they may mention what code may not call.
function code(line,   start, stop, text) {
	text = ""
	while (line != "") {
		if (comment) {
			stop = index(line, "*/")
			if (!stop)
				return text
			line = substr(line, stop + 2)
			comment = 0
		}
		start = index(line, "/*")
		if (!start)
			return text line
		text = text substr(line, 1, start - 1)
		line = substr(line, start + 2)
		comment = 1
	}
	return text
}
FNR == 1 { comment = 0; included = 0; files++ }
/^[ \t]*#[ \t]*include[ \t]/ {
	target = $0
	sub(/^[^"<]*["<]/, "", target); sub(/[">].*/, "", target)
	if (!included++ && FILENAME ~ /[.]c$/ && target != "config.h")
		broken("includes \"" target "\" before \"config.h\"")
	if ($0 ~ /"/)
		check_project(target)
	else
		check_library(target)
	next
}
FILENAME ~ /^(policy|fleet)\// {
	line = code($0)
	gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
	if (line ~ calls)
		broken("the core asks nobody for time, chance or bytes: " line)
}
END {
	print (faults ? "not ok" : "ok") " includes"
	printf "# %d files\n", files
	exit faults > 0
}' $(cat "${TMPDIR:-/tmp}/includes.$$")
