# SPDX-License-Identifier: BSD-3-Clause
# What a busy machine takes from who is measured on it: metronomes of the engine's priority
# tell for how long a processor gave nothing to such. Sourced after lib.sh.

# One on each processor: the end and the length, s, of each pause beyond its own 5 ms that
# was longer than 10 ms.
metronomes() {
	for cpu in $(seq 0 $(($(nproc) - 1))); do
		nice -n -10 taskset -c "$cpu" perl -MTime::HiRes=time,sleep -e '
			$| = 1;
			for (my $last = time;; $last = time) {
				sleep 0.005;
				my $now = time;
				my $gap = $now - $last - 0.005;
				printf "%s %.6f %.6f\n", $ARGV[0], $now, $gap if $gap > 0.01;
			}' "$cpu" >"$dir/pauses.$cpu" &
		started "metronome-$cpu"
	done
}

# For awk -v pauses="$dir/pauses", after pauses_told: stood_still(from, to) is for how many
# ms the processor that was worse gave nothing between two moments, s.
stood_still_awk='
	function read_pauses(    line, part) {
		while ((getline line < pauses) > 0) {
			split(line, part, " ")
			pause_on[++paused] = part[1]
			pause_end[paused] = part[2]
			pause_for[paused] = part[3]
		}
	}
	function stood_still(from, to,    i, sum, worst) {
		for (i = 1; i <= paused; i++)
			if (pause_end[i] > from && pause_end[i] - pause_for[i] < to) {
				sum[pause_on[i]] += pause_for[i]
				if (sum[pause_on[i]] > worst)
					worst = sum[pause_on[i]]
			}
		return worst * 1000
	}'
pauses_told() {
	cat "$dir"/pauses.* >"$dir/pauses"
}

# still FROM TO: that in seconds, printed.
still() {
	pauses_told
	awk -v pauses="$dir/pauses" -v from="$1" -v to="$2" "$stood_still_awk"'
	BEGIN { read_pauses(); printf "%.3f", stood_still(from, to) / 1000 }'
}
