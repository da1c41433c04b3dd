# SPDX-License-Identifier: BSD-3-Clause
noinst_LIBRARIES += libmessage.a
libmessage_a_SOURCES = \
	message/channel.c message/channel.h \
	message/icmp.c message/icmp.h \
	message/keys.c message/keys.h \
	message/message.c message/message.h \
	message/peer.c message/peer.h \
	message/socket.c message/socket.h
libmessage_a_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
dist_man_MANS += doc/bellwether-message.7
