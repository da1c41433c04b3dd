# SPDX-License-Identifier: BSD-3-Clause
# An operator at a terminal: a tmux server of our own, keys, and what the screen shows.
# Sourced after lib.sh. The locale of the programs is $locale.

command -v tmux >/dev/null 2>&1 || skip "needs tmux"
terminal_name=bellwether-$name-$$
locale=C.UTF-8
export TZ=UTC
# Nothing is remembered from one console to the next, nor of who runs this.
export XDG_CONFIG_HOME=/dev/null

mux() {
	LC_ALL=C.UTF-8 tmux -u -L "$terminal_name" -f /dev/null "$@"
}

# terminal WIDTH HEIGHT COMMAND: a fresh one in which the command runs; when it ends its
# status is shown.
terminal() {
	no_terminal
	mux new-session -d -x "$1" -y "$2" \
		"LC_ALL=$locale; export LC_ALL; $3; echo \"status \$?\"; exec sleep 600"
	# Ended with us; what runs in it hears of that.
	mux display-message -p '#{pid}' >"$dir/terminal.pid"
}

no_terminal() {
	# kill-server comes back before it is done.
	terminal_pid=$(mux display-message -p '#{pid}' 2>/dev/null)
	mux kill-server 2>/dev/null
	[ -z "$terminal_pid" ] || wait_for 10 gone "$terminal_pid"
	rm -f "$dir/terminal.pid"
}

# press KEY...: in tmux's words (Enter, Escape, C-z, Up); type TEXT: as it is.
press() {
	mux send-keys "$@"
}

type_text() {
	mux send-keys -l -- "$1"
}

resize() {
	mux resize-window -x "$1" -y "$2"
}

screen() {
	mux capture-pane -p "$@"
}

# shows TEXT: somewhere on the screen now, be it broken over lines; lacks TEXT: nowhere.
shows() {
	{
		screen
		screen | tr -s '\n ' ' '
	} | grep -qF -- "$1"
}

lacks() {
	! shows "$1"
}

# sees TEST TEXT [SECONDS]: one test, that the text comes to stand on the screen.
sees() {
	if wait_for "${3:-20}" shows "$2"; then
		ok "$1"
	else
		not_ok "$1" "not on the screen: $2" "$(screen)"
	fi
}

# masked: the screen without what differs from run to run, in as many characters.
masked() {
	screen | sed -E -e 's/[0-9]{2}:[0-9]{2}:[0-9]{2}/hh:mm:ss/g' \
		-e 's/127\.0\.0\.1:[0-9]{5}/127.0.0.1:PPPPP/g' -e 's/ +$//'
}

stands_still() {
	masked >"$dir/still"
	sleep 1
	masked | cmp -s - "$dir/still"
}

# same_screen TEST FILE: the screen comes to be the one expected in tests/system/screens;
# with UPDATE=1 in the environment it is made the expected one.
same_screen() {
	expected=$root/tests/system/screens/$2
	if [ -n "${UPDATE:-}" ]; then
		wait_for 10 stands_still && cp "$dir/still" "$expected"
	fi
	is_expected() {
		masked | cmp -s - "$expected"
	}
	if wait_for 20 is_expected; then
		ok "$1"
	else
		masked >"$dir/screen"
		not_ok "$1" "wanted (-) $expected, the screen (+):" \
			"$(diff -u "$expected" "$dir/screen" | tail -n +3)"
	fi
}
