# SPDX-License-Identifier: BSD-3-Clause
tui_tests = tests/unit/manager-test tests/unit/round-test \
	tests/unit/operation-test tests/unit/command-test \
	tests/unit/cells-test tests/unit/console-test tests/unit/console-list-test \
	tests/unit/console-view-test tests/unit/console-filter-test \
	tests/unit/settings-test tests/unit/dialogue-test tests/unit/explain-test \
	tests/unit/marks-test tests/unit/refusal-test
tui_tests += tests/unit/clients-test tests/unit/colour-test tests/unit/pace-test
check_PROGRAMS += $(tui_tests)
TESTS += $(tui_tests) tests/unit/gallery-test.sh
EXTRA_DIST += tests/unit/gallery-test.sh
TUI_TEST_LIBS = libunit.a libtui.a libscreen.a libmanager.a libmib.a libflock.a libclient.a \
	libsource.a libfleet.a libpolicy.a \
	libmessage.a libcommon.a $(CUNIT_LIBS) $(SNMP_LIBS) $(CURSES_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) -lm
tests_unit_manager_test_SOURCES = tests/unit/manager-test.c
tests_unit_manager_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(SNMP_CFLAGS)
tests_unit_manager_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_manager_test_LDADD = $(TUI_TEST_LIBS)
PRETENDED_AGENT = tests/unit/pretended-agent.c tests/unit/pretended-agent.h
tests_unit_round_test_SOURCES = tests/unit/round-test.c $(PRETENDED_AGENT)
tests_unit_round_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(SNMP_CFLAGS)
tests_unit_round_test_LDFLAGS = $(AM_LDFLAGS) -pthread -Wl,--wrap=session_ask
tests_unit_round_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_operation_test_SOURCES = tests/unit/operation-test.c $(PRETENDED_AGENT)
tests_unit_operation_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(SNMP_CFLAGS)
tests_unit_operation_test_LDFLAGS = $(AM_LDFLAGS) -pthread -Wl,--wrap=session_ask
tests_unit_operation_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_command_test_SOURCES = tests/unit/command-test.c
tests_unit_command_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_command_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_command_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_cells_test_SOURCES = tests/unit/cells-test.c
tests_unit_cells_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_cells_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_cells_test_LDADD = $(TUI_TEST_LIBS)
CONSOLE_STAGE = tests/unit/console-stage.c tests/unit/console-stage.h
tests_unit_console_test_SOURCES = tests/unit/console-test.c $(CONSOLE_STAGE)
tests_unit_console_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_console_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_console_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_console_list_test_SOURCES = tests/unit/console-list-test.c $(CONSOLE_STAGE)
tests_unit_console_list_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_console_list_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_console_list_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_console_view_test_SOURCES = tests/unit/console-view-test.c $(CONSOLE_STAGE)
tests_unit_console_view_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_console_view_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_console_view_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_console_filter_test_SOURCES = tests/unit/console-filter-test.c $(CONSOLE_STAGE)
tests_unit_console_filter_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_console_filter_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_console_filter_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_settings_test_SOURCES = tests/unit/settings-test.c $(CONSOLE_STAGE)
tests_unit_settings_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_settings_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_settings_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_dialogue_test_SOURCES = tests/unit/dialogue-test.c
tests_unit_dialogue_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_dialogue_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_dialogue_test_LDADD = $(TUI_TEST_LIBS)
offline_rig = tests/unit/offline-rig.c tests/unit/offline-rig.h
tests_unit_explain_test_SOURCES = tests/unit/explain-test.c $(offline_rig)
tests_unit_explain_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_explain_test_LDADD = $(TUI_TEST_LIBS)
simulate_tests = tests/unit/simulate-test tests/unit/replay-test
check_PROGRAMS += $(simulate_tests)
TESTS += $(simulate_tests)
tests_unit_simulate_test_SOURCES = tests/unit/simulate-test.c $(offline_rig)
tests_unit_simulate_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_simulate_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_simulate_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_replay_test_SOURCES = tests/unit/replay-test.c \
	tests/unit/policy-source.c tests/unit/policy-source.h
tests_unit_replay_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_replay_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_replay_test_LDADD = $(TUI_TEST_LIBS)
tests_unit_marks_test_SOURCES = tests/unit/marks-test.c
tests_unit_marks_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_marks_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_marks_test_LDADD = $(TUI_TEST_LIBS)
# What the core really says.
tests_unit_refusal_test_SOURCES = tests/unit/refusal-test.c $(fleet_rig)
tests_unit_refusal_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_refusal_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_refusal_test_LDADD = libtui.a $(fleet_libs)
tests_unit_colour_test_SOURCES = tests/unit/colour-test.c
tests_unit_colour_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_colour_test_LDADD = libunit.a libtui.a libcommon.a $(CUNIT_LIBS) -lm
tests_unit_pace_test_SOURCES = tests/unit/pace-test.c
tests_unit_pace_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_pace_test_LDADD = libunit.a libtui.a libcommon.a $(CUNIT_LIBS)
tests_unit_clients_test_SOURCES = tests/unit/clients-test.c
tests_unit_clients_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(SNMP_CFLAGS)
tests_unit_clients_test_LDADD = $(TUI_TEST_LIBS)
