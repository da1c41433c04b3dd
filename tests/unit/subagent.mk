# SPDX-License-Identifier: BSD-3-Clause
SUBAGENT_UNITS = tests/unit/account-test tests/unit/board-test tests/unit/index-test tests/unit/keeper-test \
	tests/unit/lateness-test tests/unit/link-test tests/unit/load-test \
	tests/unit/notices-test tests/unit/offline-test tests/unit/operate-test \
	tests/unit/options-test tests/unit/outbox-test tests/unit/publish-alarm-test \
	tests/unit/publish-test tests/unit/publish-watch-test \
	tests/unit/publish-groups-test tests/unit/starter-test \
	tests/unit/store-damage-test tests/unit/store-power-test tests/unit/store-rows-test tests/unit/store-test \
	tests/unit/store-upgrade-test tests/unit/tracer-test tests/unit/turns-test tests/unit/wire-loop-test
check_PROGRAMS += $(SUBAGENT_UNITS)
TESTS += $(SUBAGENT_UNITS)

tests_unit_account_test_SOURCES = tests/unit/account-test.c
tests_unit_account_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_account_test_LDADD = $(tests_unit_tracer_test_LDADD)

tests_unit_tracer_test_SOURCES = tests/unit/tracer-test.c
tests_unit_tracer_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_tracer_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_tracer_test_LDADD = libunit.a libengine.a libfleet.a libpolicy.a libmessage.a \
	libcommon.a $(UV_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm

tests_unit_options_test_SOURCES = tests/unit/options-test.c
tests_unit_options_test_LDADD = libunit.a libengine.a libcommon.a $(CUNIT_LIBS)

store_rig = tests/unit/store-rig.c tests/unit/store-rig.h \
	tests/unit/shim-vfs.c tests/unit/shim-vfs.h
tests_unit_store_test_SOURCES = tests/unit/store-test.c $(store_rig)
tests_unit_store_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_test_LDADD = libunit.a libengine.a libcommon.a \
	$(UV_LIBS) $(SQLITE_LIBS) $(CUNIT_LIBS)

tests_unit_store_damage_test_SOURCES = tests/unit/store-damage-test.c $(store_rig)
tests_unit_store_damage_test_CFLAGS = $(tests_unit_store_test_CFLAGS)
tests_unit_store_damage_test_LDADD = $(tests_unit_store_test_LDADD)

tests_unit_store_power_test_SOURCES = tests/unit/store-power-test.c \
	tests/unit/power.c tests/unit/power.h $(store_rig)
tests_unit_store_power_test_CFLAGS = $(tests_unit_store_test_CFLAGS)
tests_unit_store_power_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_store_power_test_LDADD = $(tests_unit_store_test_LDADD)

tests_unit_store_upgrade_test_SOURCES = tests/unit/store-upgrade-test.c \
	tests/unit/shim-vfs.c tests/unit/shim-vfs.h
tests_unit_store_upgrade_test_CFLAGS = $(tests_unit_store_test_CFLAGS)
tests_unit_store_upgrade_test_LDADD = $(tests_unit_store_test_LDADD)

tests_unit_outbox_test_SOURCES = tests/unit/outbox-test.c $(fleet_rig)
tests_unit_outbox_test_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_outbox_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=channel_send
tests_unit_outbox_test_LDADD = libunit.a libengine.a libfleet.a libpolicy.a libmessage.a \
	libcommon.a $(XML_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm

tests_unit_board_test_SOURCES = tests/unit/board-test.c
tests_unit_board_test_LDADD = libunit.a libboard.a libmib.a libcommon.a $(CUNIT_LIBS)

tests_unit_link_test_SOURCES = tests/unit/link-test.c
tests_unit_link_test_LDADD = libunit.a libboard.a libmib.a libcommon.a $(CUNIT_LIBS)

tests_unit_lateness_test_SOURCES = tests/unit/lateness-test.c
tests_unit_lateness_test_LDADD = libunit.a libengine.a libcommon.a $(CUNIT_LIBS)

tests_unit_turns_test_SOURCES = tests/unit/turns-test.c
tests_unit_turns_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_turns_test_LDADD = libunit.a libengine.a libcommon.a $(UV_LIBS) $(CUNIT_LIBS)

tests_unit_wire_loop_test_SOURCES = tests/unit/wire-loop-test.c
tests_unit_wire_loop_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_wire_loop_test_LDADD = libunit.a libengine.a libmessage.a libcommon.a \
	$(UV_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS)

tests_unit_load_test_SOURCES = tests/unit/load-test.c
tests_unit_load_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_load_test_LDADD = libunit.a libengine.a libsource.a libpolicy.a libmessage.a \
	libcommon.a $(UV_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm

tests_unit_offline_test_SOURCES = tests/unit/offline-test.c $(offline_rig)
tests_unit_offline_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_offline_test_LDADD = libunit.a libtui.a libscreen.a libmanager.a libmib.a \
	libflock.a libclient.a libsource.a libfleet.a libpolicy.a libmessage.a libcommon.a $(SNMP_LIBS) $(CURSES_LIBS) \
	$(XML_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm

tests_unit_store_rows_test_SOURCES = tests/unit/store-rows-test.c
tests_unit_store_rows_test_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_rows_test_LDADD = libunit.a libengine.a libcommon.a $(SQLITE_LIBS) \
	$(CUNIT_LIBS)

tests_unit_keeper_test_SOURCES = tests/unit/keeper-test.c
tests_unit_keeper_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_keeper_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=execv
tests_unit_keeper_test_LDADD = libunit.a libengine.a libmonitor.a libcommon.a $(UV_LIBS) \
	$(CUNIT_LIBS)

tests_unit_starter_test_SOURCES = tests/unit/starter-test.c
tests_unit_starter_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_starter_test_LDADD = libunit.a libengine.a libmonitor.a libcommon.a \
	$(UV_LIBS) $(CUNIT_LIBS)

check_PROGRAMS += tests/unit/poller-test
TESTS += tests/unit/poller-test
tests_unit_poller_test_SOURCES = tests/unit/poller-test.c \
	tests/unit/watching.c tests/unit/watching.h
tests_unit_poller_test_CFLAGS = $(AM_CFLAGS) $(SNMP_CFLAGS) $(UV_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_poller_test_LDADD = libunit.a libpoller.a libmonitor.a libcommon.a $(SNMP_LIBS) \
	$(UV_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm
stage = tests/unit/stage.c tests/unit/stage-look.c tests/unit/stage.h \
	tests/unit/policy-source.c tests/unit/policy-source.h
stage_libs = libunit.a libengine.a libboard.a libmib.a libfleet.a libpolicy.a \
	libmessage.a libcommon.a $(XML_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm

tests_unit_publish_test_SOURCES = tests/unit/publish-test.c $(stage)
tests_unit_publish_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_publish_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_publish_test_LDADD = $(stage_libs)

tests_unit_publish_alarm_test_SOURCES = tests/unit/publish-alarm-test.c $(stage)
tests_unit_publish_alarm_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_publish_alarm_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_publish_alarm_test_LDADD = $(stage_libs)

tests_unit_publish_watch_test_SOURCES = tests/unit/publish-watch-test.c $(stage)
tests_unit_publish_watch_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_publish_watch_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_publish_watch_test_LDADD = $(stage_libs)
tests_unit_publish_groups_test_SOURCES = tests/unit/publish-groups-test.c $(stage)
tests_unit_publish_groups_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_publish_groups_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_publish_groups_test_LDADD = $(stage_libs)

tests_unit_operate_test_SOURCES = tests/unit/operate-test.c $(stage)
tests_unit_operate_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_operate_test_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_unit_operate_test_LDADD = $(stage_libs)

tests_unit_index_test_SOURCES = tests/unit/index-test.c
tests_unit_index_test_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_index_test_LDADD = libunit.a libengine.a libboard.a libmib.a libcommon.a \
	$(CUNIT_LIBS)

tests_unit_notices_test_SOURCES = tests/unit/notices-test.c
tests_unit_notices_test_LDADD = libunit.a libagent.a libengine.a libboard.a libmib.a \
	libpolicy.a libcommon.a $(AGENT_LIBS) $(XML_LIBS) $(CUNIT_LIBS) -lm
