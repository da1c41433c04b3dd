# SPDX-License-Identifier: BSD-3-Clause
# A private FreeRADIUS in a folder of its own: the trial's protected server and alternate.
# Sourced by scripts/trial and tests/system. Nothing of the system's FreeRADIUS is read.

radius_secret=trial-secret
radius_port=18120        # authentication; high, so that a real server is left alone
radius_status_port=18121

radius_clients=127.0.0.0/8 # prefixes of who may ask, with spaces between
radius_back_end=           # file that each login locks for a moment (shared), none when empty
# A proxy's own failover by status checks, in seconds: quick, within the useful ranges of
# proxy.conf's comments; and as proxy.conf comes.
radius_failover_quick='response_window=6 zombie_period=20 check_interval=6'
radius_failover_stock='response_window=20 zombie_period=40 check_interval=30'
radius_failover=$radius_failover_quick

# radius_base FOLDER THREADS [USER]: what every server's configuration begins with. Its
# log tells each login.
radius_base() {
	mkdir -p "$1/log" "$1/run"
	[ -z "${3:-}" ] || chown -R "$3" "$1"
	cat >"$1/radiusd.conf" <<-END
		prefix = /usr
		libdir = /usr/lib/freeradius
		localstatedir = $1
		logdir = $1/log
		run_dir = $1/run
		log {
			destination = files
			file = $1/log/radius.log
			auth = yes
		}
		security {
			${3:+user = $3}
			reject_delay = 0
			status_server = yes
		}
		thread pool {
			start_servers = $2
			max_servers = $2
			min_spare_servers = 1
			max_spare_servers = $2
			max_requests_per_server = 0
		}
		cleanup_delay = 1
		max_request_time = 100
	END
	for prefix in $radius_clients; do
		cat >>"$1/radiusd.conf" <<-END
			client $prefix {
				ipaddr = $prefix
				secret = $radius_secret
			}
		END
	done
}

# radius_back_end_module FOLDER: in Perl, for FreeRADIUS's exec takes a child that ends at
# once for one that does not end, now and then, and rejects the login ten seconds later.
radius_back_end_module() {
	[ -n "$radius_back_end" ] || return 0
	cat >"$1/back_end.pl" <<-END
		use strict;
		use warnings;
		use Fcntl ':flock';

		sub authorize {
			# 1 is fail, 2 is ok.
			open my \$file, '<', '$radius_back_end' or return 1;
			return flock(\$file, LOCK_SH) ? 2 : 1;
		}
		1;
	END
	cat <<-END
		perl back_end {
			filename = $1/back_end.pl
		}
	END
}

# radius_write FOLDER NAME ADDRESS THREADS SECONDS [USER]: configuration of a server with
# THREADS threads, each blocked for SECONDS by a request of the user "slow".
radius_write() {
	radius_base "$1" "$4" "${6:-}"
	cat >>"$1/radiusd.conf" <<-END
		proxy_requests = no
		modules {
			always ok {
				rcode = ok
			}
			pap {
			}
			eap {
				default_eap_type = md5
				md5 {
				}
			}
			exec block {
				wait = yes
				program = "/bin/sleep $5"
				input_pairs = request
				timeout = 20
			}
			$(radius_back_end_module "$1")
		}
		server status {
			listen {
				type = status
				ipaddr = $3
				port = $radius_status_port
			}
			authorize {
				Autz-Type Status-Server {
					ok
				}
			}
		}
		server default {
			listen {
				type = auth
				ipaddr = $3
				port = $radius_port
			}
			authorize {
				if (&User-Name == "slow") {
					block
				}
				${radius_back_end:+back_end}
				update control {
					Cleartext-Password := "trial"
				}
				eap {
					ok = return
				}
				pap
			}
			authenticate {
				Auth-Type PAP {
					pap
				}
				eap
			}
			post-auth {
				update reply {
					Reply-Message := "$2"
				}
			}
		}
	END
}

# radius_write_proxy FOLDER ADDRESS SERVER...: of a proxy in front of the servers at those
# addresses, the first that is well; radmin reaches it at FOLDER/run/control.sock.
radius_write_proxy() {
	radius_base "$1" 8
	cat >>"$1/radiusd.conf" <<-END
		listen {
			type = control
			socket = $1/run/control.sock
			mode = rw
		}
		modules {
		}
		server default {
			listen {
				type = auth
				ipaddr = $2
				port = $radius_port
			}
			authorize {
				update control {
					Proxy-To-Realm := "servers"
				}
			}
		}
		proxy_requests = yes
		realm servers {
			pool = servers
			nostrip
		}
		home_server_pool servers {
			type = fail-over
	END
	proxy=$1
	shift 2
	printf '\thome_server = "%s"\n' "$@" >>"$proxy/radiusd.conf"
	echo "}" >>"$proxy/radiusd.conf"
	for home in "$@"; do
		cat >>"$proxy/radiusd.conf" <<-END
			home_server "$home" {
				type = auth+acct
				ipaddr = $home
				port = $radius_port
				secret = $radius_secret
				$(echo "$radius_failover" | tr ' ' '\n' | sed 's/=/ = /')
				status_check = status-server
				num_answers_to_alive = 3
			}
		END
	done
}

# radius_logins FOLDER: how many logins its server has granted.
radius_logins() {
	grep -c 'Login OK' "$1/log/radius.log"
}

# radius_start FOLDER: in the background; its process id goes to FOLDER/radius.pid.
radius_start() {
	freeradius -d "$1" -f >"$1/out" 2>&1 &
	echo $! >"$1/radius.pid"
}

# radius_ask ADDRESS USER SECONDS: prints the name of the server that answers.
radius_ask() {
	echo "User-Name=$2,User-Password=trial" |
		radclient -x -r 1 -t "$3" "$1:$radius_port" auth "$radius_secret" 2>/dev/null |
		sed -n 's/.*Reply-Message = "\(.*\)"/\1/p'
}

# radius_drown ADDRESS COUNT FOLDER: COUNT requests at a time that block a thread each,
# again and again until the process, whose id goes to FOLDER/drown.pid, is killed.
radius_drown() {
	seq 1 2000 | sed 's/.*/User-Name=slow,User-Password=trial,NAS-Port=&\n/' >"$3/drown"
	radclient -q -r 1 -t 60 -p "$2" -f "$3/drown" "$1:$radius_port" auth \
		"$radius_secret" >/dev/null 2>&1 &
	echo $! >"$3/drown.pid"
}
