# SPDX-License-Identifier: BSD-3-Clause
fleet_rig = tests/unit/fleet-rig.c tests/unit/fleet-rig-policy.c tests/unit/fleet-rig.h
world = tests/unit/world.c tests/unit/world-server.c tests/unit/world.h \
	tests/unit/world-inside.h $(fleet_rig)
fleet_libs = libunit.a libfleet.a libpolicy.a libmessage.a libcommon.a \
	$(XML_LIBS) $(CRYPTO_LIBS) $(CUNIT_LIBS) -lm

check_PROGRAMS += tests/unit/fleet-test
TESTS += tests/unit/fleet-test
tests_unit_fleet_test_SOURCES = tests/unit/fleet-test.c $(fleet_rig)
tests_unit_fleet_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_fleet_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/fleet-time-test
TESTS += tests/unit/fleet-time-test
tests_unit_fleet_time_test_SOURCES = tests/unit/fleet-time-test.c $(fleet_rig)
tests_unit_fleet_time_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_fleet_time_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/delivery-test
TESTS += tests/unit/delivery-test
tests_unit_delivery_test_SOURCES = tests/unit/delivery-test.c $(world)
tests_unit_delivery_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_delivery_test_LDADD = libclient.a $(fleet_libs)

check_PROGRAMS += tests/unit/doubt-test
TESTS += tests/unit/doubt-test
tests_unit_doubt_test_SOURCES = tests/unit/doubt-test.c $(fleet_rig)
tests_unit_doubt_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_doubt_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/proof-test
TESTS += tests/unit/proof-test
tests_unit_proof_test_SOURCES = tests/unit/proof-test.c $(fleet_rig)
tests_unit_proof_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_proof_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/activity-test
TESTS += tests/unit/activity-test
tests_unit_activity_test_SOURCES = tests/unit/activity-test.c $(fleet_rig)
tests_unit_activity_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_activity_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/world-test
TESTS += tests/unit/world-test
tests_unit_world_test_SOURCES = tests/unit/world-test.c \
	$(world)
tests_unit_world_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_world_test_LDADD = libclient.a $(fleet_libs)

check_PROGRAMS += tests/unit/scenario-test
TESTS += tests/unit/scenario-test
tests_unit_scenario_test_SOURCES = tests/unit/scenario-test.c \
	tests/unit/scenario-expect.c tests/unit/scenario.h \
	tests/unit/rehearsal.c tests/unit/rehearsal.h \
	tests/unit/policy-source.c tests/unit/policy-source.h $(fleet_rig)
tests_unit_scenario_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_scenario_test_LDADD = $(fleet_libs)
EXTRA_DIST += tests/scenarios

check_PROGRAMS += tests/unit/places-test
TESTS += tests/unit/places-test
tests_unit_places_test_SOURCES = tests/unit/places-test.c $(world)
tests_unit_places_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_places_test_LDADD = libclient.a $(fleet_libs)

check_PROGRAMS += tests/unit/queue-test
TESTS += tests/unit/queue-test
tests_unit_queue_test_SOURCES = tests/unit/queue-test.c $(fleet_rig)
tests_unit_queue_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_queue_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/storm-test
TESTS += tests/unit/storm-test
tests_unit_storm_test_SOURCES = tests/unit/storm-test.c $(fleet_rig)
tests_unit_storm_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_storm_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/operator-test
TESTS += tests/unit/operator-test
tests_unit_operator_test_SOURCES = tests/unit/operator-test.c $(fleet_rig)
tests_unit_operator_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_operator_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/alternates-test
TESTS += tests/unit/alternates-test
tests_unit_alternates_test_SOURCES = tests/unit/alternates-test.c $(fleet_rig)
tests_unit_alternates_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_alternates_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/neighbours-test
TESTS += tests/unit/neighbours-test
tests_unit_neighbours_test_SOURCES = tests/unit/neighbours-test.c $(fleet_rig)
tests_unit_neighbours_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_neighbours_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/states-test
TESTS += tests/unit/states-test
tests_unit_states_test_SOURCES = tests/unit/states-test.c
tests_unit_states_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_states_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/walk-test
TESTS += tests/unit/walk-test
tests_unit_walk_test_SOURCES = tests/unit/walk-test.c tests/unit/walk-end.c \
	tests/unit/walk-invariants.c tests/unit/walk-policy.c \
	tests/unit/walk-watch.c tests/unit/walk.h $(world)
tests_unit_walk_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_walk_test_LDADD = libclient.a $(fleet_libs)

check_PROGRAMS += tests/unit/reload-test
TESTS += tests/unit/reload-test
tests_unit_reload_test_SOURCES = tests/unit/reload-test.c $(fleet_rig)
tests_unit_reload_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_reload_test_LDADD = $(fleet_libs)

check_PROGRAMS += tests/unit/begin-test
TESTS += tests/unit/begin-test
tests_unit_begin_test_SOURCES = tests/unit/begin-test.c $(fleet_rig)
tests_unit_begin_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_begin_test_LDADD = $(fleet_libs)
