# SPDX-License-Identifier: BSD-3-Clause
noinst_LIBRARIES += libtui.a
libtui_a_SOURCES = \
	tui/act.c \
	tui/ask.c tui/ask.h \
	tui/batch.c \
	tui/cells.c tui/cells.h \
	tui/colour.c tui/colour.h \
	tui/command.c tui/command.h \
	tui/complete.c \
	tui/console.c tui/console.h \
	tui/console-act.c tui/console-draw.c tui/console-header.c \
	tui/console-jump.c tui/console-mouse.c tui/console-mark.c tui/console-page.c \
	tui/console-rows.c tui/console-run.c tui/console-settings.c \
	tui/console-sort.c tui/console-table.c tui/console-tree.c \
	tui/dialogue.c tui/dialogue.h tui/dialogue-draw.c \
	tui/doctor.c \
	tui/filter.c tui/filter.h \
	tui/json.c \
	tui/keys.c tui/keys.h \
	tui/lists.c tui/lists.h \
	tui/look.c tui/look.h \
	tui/marks.c tui/marks.h \
	tui/offline.c tui/offline.h tui/offline-inside.h \
	tui/offline-answer.c tui/offline-answer-json.c \
	tui/offline-explain.c tui/offline-explain.h \
	tui/offline-json.c \
	tui/offline-moves.c tui/offline-moves.h \
	tui/offline-record.c \
	tui/offline-suppose.c tui/offline-suppose.h \
	tui/offline-input.c tui/offline-input.h \
	tui/offline-crowd.c tui/offline-crowd.h \
	tui/offline-deeds.c tui/offline-deeds.h \
	tui/offline-repeat.c tui/offline-repeat.h \
	tui/offline-play.c tui/offline-play.h \
	tui/offline-plot.c tui/offline-plot.h \
	tui/offline-replay.c tui/offline-replay.h \
	tui/offline-report.c tui/offline-report.h \
	tui/offline-simulate.c \
	tui/offline-survey.c tui/offline-survey.h \
	tui/offline-tally.c tui/offline-tally.h \
	tui/options.c tui/options.h \
	tui/settings.c tui/settings-file.c tui/settings.h \
	tui/refusal.c tui/refusal.h \
	tui/schema.c tui/schema.h tui/schema-offline.c \
	tui/pace.c tui/pace.h \
	tui/show.c \
	tui/snmp.h \
	tui/status.c \
	tui/text.c tui/text.h \
	tui/watch.c

# The terminal: the only file that sees ncurses' headers.
noinst_LIBRARIES += libscreen.a
libscreen_a_SOURCES = tui/screen.c tui/screen.h
libscreen_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS)

# The SNMP manager: the only files here that see Net-SNMP's headers.
noinst_LIBRARIES += libmanager.a
libmanager_a_SOURCES = \
	tui/manager.c tui/manager.h tui/manager-inside.h \
	tui/manager-clients.c tui/manager-clients.h \
	tui/manager-decode.c tui/manager-decode.h \
	tui/manager-knock.c tui/manager-knock.h \
	tui/manager-operate.c \
	tui/manager-refusal.c \
	tui/manager-round.c \
	tui/manager-slices.c \
	tui/manager-session.c tui/manager-session.h \
	tui/manager-walk.c tui/manager-walk.h
libmanager_a_CFLAGS = $(AM_CFLAGS) $(SNMP_CFLAGS) -pthread

bin_PROGRAMS += bellwether
bellwether_SOURCES = tui/main.c
bellwether_LDFLAGS = $(AM_LDFLAGS) -pthread
bellwether_LDADD = libtui.a libscreen.a libmanager.a libmib.a libflock.a libclient.a libsource.a \
	libfleet.a libpolicy.a libmessage.a \
	libcommon.a $(SNMP_LIBS) $(CURSES_LIBS) $(XML_LIBS) \
	$(CRYPTO_LIBS) -lm
dist_man_MANS += doc/bellwether.1
