# SPDX-License-Identifier: BSD-3-Clause
CLIENT_UNITS = tests/unit/ask-test tests/unit/client-daemon-test tests/unit/config-test \
	tests/unit/core-order-test tests/unit/core-return-test tests/unit/core-test \
	tests/unit/hook-test tests/unit/state-test
CLIENT_UNIT_LIBS = libunit.a libclient.a libmessage.a libcommon.a $(UV_LIBS) $(XML_LIBS) \
	$(CRYPTO_LIBS) $(CUNIT_LIBS)
check_PROGRAMS += $(CLIENT_UNITS)
TESTS += $(CLIENT_UNITS) tests/unit/file-swap-test.sh
EXTRA_DIST += tests/unit/file-swap-test.sh

tests_unit_ask_test_SOURCES = tests/unit/ask-test.c \
	tests/unit/client-world.c tests/unit/client-world.h
tests_unit_ask_test_LDADD = $(CLIENT_UNIT_LIBS)
CORE_UNIT_SOURCES = tests/unit/core-expect.c tests/unit/core-expect.h \
	tests/unit/client-world.c tests/unit/client-world.h
tests_unit_core_order_test_SOURCES = tests/unit/core-order-test.c $(CORE_UNIT_SOURCES)
tests_unit_core_order_test_LDADD = $(CLIENT_UNIT_LIBS)
tests_unit_core_return_test_SOURCES = tests/unit/core-return-test.c $(CORE_UNIT_SOURCES)
tests_unit_core_return_test_LDADD = $(CLIENT_UNIT_LIBS)
tests_unit_core_test_SOURCES = tests/unit/core-test.c $(CORE_UNIT_SOURCES)
tests_unit_core_test_LDADD = $(CLIENT_UNIT_LIBS)
tests_unit_config_test_SOURCES = tests/unit/config-test.c
tests_unit_config_test_LDADD = $(CLIENT_UNIT_LIBS)
tests_unit_hook_test_SOURCES = tests/unit/hook-test.c
tests_unit_hook_test_LDADD = $(CLIENT_UNIT_LIBS)
tests_unit_state_test_SOURCES = tests/unit/state-test.c
tests_unit_state_test_LDADD = $(CLIENT_UNIT_LIBS)
tests_unit_client_daemon_test_SOURCES = tests/unit/client-daemon-test.c
tests_unit_client_daemon_test_LDADD = $(CLIENT_UNIT_LIBS)
