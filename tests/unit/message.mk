# SPDX-License-Identifier: BSD-3-Clause
MESSAGE_UNITS = tests/unit/badness-test tests/unit/channel-test tests/unit/channel-error-test \
	tests/unit/icmp-test tests/unit/keys-test tests/unit/message-test \
	tests/unit/order-test tests/unit/peer-test tests/unit/vectors-test
MESSAGE_UNIT_LIBS = libunit.a libmessage.a libcommon.a $(CRYPTO_LIBS) $(CUNIT_LIBS)
MESSAGE_SAMPLES = tests/unit/samples.c tests/unit/samples.h
check_PROGRAMS += $(MESSAGE_UNITS)
TESTS += $(MESSAGE_UNITS)

CHANNEL_RIG = tests/unit/channel-rig.c tests/unit/channel-rig.h
tests_unit_channel_test_SOURCES = tests/unit/channel-test.c $(CHANNEL_RIG)
tests_unit_channel_test_LDADD = $(MESSAGE_UNIT_LIBS)
tests_unit_channel_error_test_SOURCES = tests/unit/channel-error-test.c $(CHANNEL_RIG)
tests_unit_channel_error_test_LDADD = $(MESSAGE_UNIT_LIBS)
tests_unit_keys_test_SOURCES = tests/unit/keys-test.c $(MESSAGE_SAMPLES)
tests_unit_keys_test_LDADD = $(MESSAGE_UNIT_LIBS)
tests_unit_keys_test_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_message_test_SOURCES = tests/unit/message-test.c $(MESSAGE_SAMPLES)
tests_unit_message_test_LDADD = $(MESSAGE_UNIT_LIBS)
tests_unit_badness_test_SOURCES = tests/unit/badness-test.c $(MESSAGE_SAMPLES)
tests_unit_badness_test_LDADD = $(MESSAGE_UNIT_LIBS)
tests_unit_peer_test_SOURCES = tests/unit/peer-test.c
tests_unit_peer_test_LDADD = $(MESSAGE_UNIT_LIBS)
tests_unit_order_test_SOURCES = tests/unit/order-test.c
tests_unit_order_test_LDADD = $(MESSAGE_UNIT_LIBS)
tests_unit_order_test_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_order_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=reallocarray
tests_unit_vectors_test_SOURCES = tests/unit/vectors-test.c
tests_unit_vectors_test_LDADD = $(MESSAGE_UNIT_LIBS)
EXTRA_DIST += tests/vectors/messages.py tests/vectors/messages.txt
tests_unit_icmp_test_SOURCES = tests/unit/icmp-test.c
tests_unit_icmp_test_LDADD = $(MESSAGE_UNIT_LIBS)
