# SPDX-License-Identifier: BSD-3-Clause

# A target is built twice from NAME-fuzz.c: NAME-replay, which runs its corpus as a test
# under any compiler, and NAME-fuzz with libFuzzer.
FUZZ_REPLAYS = tests/fuzz/client-replay tests/fuzz/core-replay tests/fuzz/diameter-replay \
	tests/fuzz/expression-replay tests/fuzz/icmp-replay tests/fuzz/message-replay \
	tests/fuzz/policy-replay tests/fuzz/poll-replay tests/fuzz/probe-replay \
	tests/fuzz/radius-replay tests/fuzz/selection-replay tests/fuzz/tacacs-replay \
	tests/fuzz/trace-replay
check_PROGRAMS += $(FUZZ_REPLAYS)
TESTS += $(FUZZ_REPLAYS)
EXTRA_DIST += tests/fuzz/corpus
if FUZZERS
noinst_PROGRAMS += tests/fuzz/client-fuzz tests/fuzz/core-fuzz tests/fuzz/diameter-fuzz \
	tests/fuzz/expression-fuzz tests/fuzz/icmp-fuzz tests/fuzz/message-fuzz \
	tests/fuzz/policy-fuzz tests/fuzz/poll-fuzz tests/fuzz/probe-fuzz \
	tests/fuzz/radius-fuzz tests/fuzz/selection-fuzz tests/fuzz/tacacs-fuzz tests/fuzz/trace-fuzz
endif

FUZZ_REPLAY = tests/fuzz/replay.c tests/fuzz/fuzz.h
LIBFUZZER = $(AM_LDFLAGS) -fsanitize=fuzzer
FUZZ_MESSAGE_LIBS = libmessage.a libcommon.a $(CRYPTO_LIBS)
FUZZ_POLICY_LIBS = libpolicy.a libcommon.a $(XML_LIBS) -lm
FUZZ_MONITOR_LIBS = libmonitor.a libcommon.a $(UV_LIBS) $(CRYPTO_LIBS) -lm
FUZZ_MONITOR_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS) $(CRYPTO_CFLAGS)
FUZZ_POLL_LIBS = libpoller.a $(FUZZ_MONITOR_LIBS)
FUZZ_CLIENT_LIBS = libclient.a libmessage.a libcommon.a $(UV_LIBS) $(XML_LIBS) $(CRYPTO_LIBS)

tests_fuzz_client_replay_SOURCES = tests/fuzz/client-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_client_replay_LDADD = $(FUZZ_CLIENT_LIBS)
tests_fuzz_client_fuzz_LDADD = $(FUZZ_CLIENT_LIBS)
tests_fuzz_client_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_core_replay_SOURCES = tests/fuzz/core-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_core_replay_LDADD = $(FUZZ_CLIENT_LIBS)
tests_fuzz_core_fuzz_LDADD = $(FUZZ_CLIENT_LIBS)
tests_fuzz_core_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_expression_replay_SOURCES = tests/fuzz/expression-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_expression_replay_LDADD = $(FUZZ_POLICY_LIBS)
tests_fuzz_expression_fuzz_LDADD = $(FUZZ_POLICY_LIBS)
tests_fuzz_expression_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_icmp_replay_SOURCES = tests/fuzz/icmp-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_icmp_replay_LDADD = $(FUZZ_MESSAGE_LIBS)
tests_fuzz_icmp_fuzz_LDADD = $(FUZZ_MESSAGE_LIBS)
tests_fuzz_icmp_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_message_replay_SOURCES = tests/fuzz/message-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_message_replay_LDADD = $(FUZZ_MESSAGE_LIBS)
tests_fuzz_message_fuzz_LDADD = $(FUZZ_MESSAGE_LIBS)
tests_fuzz_message_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_policy_replay_SOURCES = tests/fuzz/policy-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_policy_replay_LDADD = $(FUZZ_POLICY_LIBS)
tests_fuzz_policy_fuzz_LDADD = $(FUZZ_POLICY_LIBS)
tests_fuzz_policy_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_poll_replay_SOURCES = tests/fuzz/poll-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_poll_replay_LDADD = $(FUZZ_POLL_LIBS)
tests_fuzz_poll_fuzz_LDADD = $(FUZZ_POLL_LIBS)
tests_fuzz_poll_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_probe_replay_SOURCES = tests/fuzz/probe-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_probe_replay_LDADD = $(FUZZ_MONITOR_LIBS)
tests_fuzz_probe_fuzz_LDADD = $(FUZZ_MONITOR_LIBS)
tests_fuzz_probe_fuzz_LDFLAGS = $(LIBFUZZER)
tests_fuzz_probe_replay_CFLAGS = $(FUZZ_MONITOR_CFLAGS)
tests_fuzz_probe_fuzz_CFLAGS = $(FUZZ_MONITOR_CFLAGS)

tests_fuzz_radius_replay_SOURCES = tests/fuzz/radius-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_radius_replay_LDADD = $(FUZZ_MONITOR_LIBS)
tests_fuzz_radius_fuzz_LDADD = $(FUZZ_MONITOR_LIBS)
tests_fuzz_radius_fuzz_LDFLAGS = $(LIBFUZZER)
tests_fuzz_radius_replay_CFLAGS = $(FUZZ_MONITOR_CFLAGS)
tests_fuzz_radius_fuzz_CFLAGS = $(FUZZ_MONITOR_CFLAGS)

tests_fuzz_selection_replay_SOURCES = tests/fuzz/selection-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_selection_replay_LDADD = $(FUZZ_POLICY_LIBS)
tests_fuzz_selection_fuzz_LDADD = $(FUZZ_POLICY_LIBS)
tests_fuzz_selection_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_trace_replay_SOURCES = tests/fuzz/trace-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_trace_replay_LDADD = libcommon.a -lm
tests_fuzz_trace_fuzz_LDADD = libcommon.a -lm
tests_fuzz_trace_fuzz_LDFLAGS = $(LIBFUZZER)

tests_fuzz_tacacs_replay_SOURCES = tests/fuzz/tacacs-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_tacacs_replay_LDADD = $(FUZZ_MONITOR_LIBS)
tests_fuzz_tacacs_fuzz_LDADD = $(FUZZ_MONITOR_LIBS)
tests_fuzz_tacacs_fuzz_LDFLAGS = $(LIBFUZZER)
tests_fuzz_tacacs_replay_CFLAGS = $(FUZZ_MONITOR_CFLAGS)
tests_fuzz_tacacs_fuzz_CFLAGS = $(FUZZ_MONITOR_CFLAGS)

tests_fuzz_diameter_replay_SOURCES = tests/fuzz/diameter-fuzz.c $(FUZZ_REPLAY)
tests_fuzz_diameter_replay_LDADD = $(FUZZ_MONITOR_LIBS)
tests_fuzz_diameter_fuzz_LDADD = $(FUZZ_MONITOR_LIBS)
tests_fuzz_diameter_fuzz_LDFLAGS = $(LIBFUZZER)
tests_fuzz_diameter_replay_CFLAGS = $(FUZZ_MONITOR_CFLAGS)
tests_fuzz_diameter_fuzz_CFLAGS = $(FUZZ_MONITOR_CFLAGS)
