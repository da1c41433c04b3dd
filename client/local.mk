# SPDX-License-Identifier: BSD-3-Clause
noinst_LIBRARIES += libclient.a libflock.a
libclient_a_CFLAGS = $(AM_CFLAGS) $(XML_CFLAGS) $(UV_CFLAGS)
libclient_a_SOURCES = \
	client/config-build.c client/config-build.h \
	client/config-document.c client/config-document.h \
	client/config-vocabulary.c client/config-vocabulary.h \
	client/configuration.c client/configuration.h \
	client/control.c client/control.h \
	client/core.c client/core.h client/core_inside.h \
	client/core_hook.c \
	client/core_orders.c \
	client/daemon.c client/daemon.h \
	client/drop.c client/drop.h \
	client/hook.c client/hook.h \
	client/line.c client/line.h \
	client/link.c client/link.h \
	client/network.c \
	client/parent.c \
	client/report.c client/report.h \
	client/state.c client/state.h

nodist_libclient_a_SOURCES = client/schema.inc
dist_pkgdata_DATA += client/client.xsd
BUILT_SOURCES += client/schema.inc
CLEANFILES += client/schema.inc client/schema.inc.new

client/schema.inc: client/client.xsd policy/embed.sh
	@$(MKDIR_P) client
	$(AM_V_GEN)$(SHELL) $(srcdir)/policy/embed.sh $(srcdir)/client/client.xsd \
		client_schema >$@.new && mv $@.new $@
client/libclient_a-config-document.$(OBJEXT): client/schema.inc

libflock_a_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
libflock_a_SOURCES = \
	client/flock.c client/flock.h \
	client/flock-members.c client/flock-members.h \
	client/flock-policy.c client/flock-policy.h \
	client/flock-report.c client/flock-report.h \
	client/flock-run.c client/flock-run.h

HOOKS = client/hooks/file-swap client/hooks/freeradius-proxy client/hooks/hostapd \
	client/hooks/nft-dnat
pkglibexec_SCRIPTS += $(HOOKS)
# Sourced by them, from their own folder.
hooksdir = $(pkglibexecdir)
dist_hooks_DATA = client/hooks/hook.sh
EXTRA_DIST += $(HOOKS)

sbin_PROGRAMS += bellwether-client bellwether-flock
bellwether_client_SOURCES = client/main.c
bellwether_client_LDADD = libclient.a libmessage.a libcommon.a \
	$(UV_LIBS) $(XML_LIBS) $(CRYPTO_LIBS)
bellwether_flock_SOURCES = client/flock-main.c
bellwether_flock_LDADD = libflock.a libclient.a libmessage.a libsource.a libpolicy.a \
	libcommon.a $(UV_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) -lm

dist_man_MANS += doc/bellwether-client.8 doc/bellwether-client.xml.5 \
	doc/bellwether-file-swap.8 doc/bellwether-flock.8 \
	doc/bellwether-freeradius-proxy.8 doc/bellwether-hooks.7 \
	doc/bellwether-hostapd.8 doc/bellwether-nft-dnat.8
exampleshooksdir = $(docdir)/examples/hooks
dist_exampleshooks_DATA = doc/examples/hooks/diameter.conf \
	doc/examples/hooks/freeradius-proxy.conf doc/examples/hooks/hostapd.conf \
	doc/examples/hooks/nft-dnat.conf doc/examples/hooks/pam_radius.conf \
	doc/examples/hooks/pam_radius.template doc/examples/hooks/radcli.conf \
	doc/examples/hooks/radcli.template doc/examples/hooks/tacacs.conf
