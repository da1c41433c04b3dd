# SPDX-License-Identifier: BSD-3-Clause
noinst_LIBRARIES += libpolicy.a
libpolicy_a_CFLAGS = $(AM_CFLAGS) $(XML_CFLAGS)
libpolicy_a_SOURCES =

# Verdicts: expressions, windows, the judge.
libpolicy_a_SOURCES += \
	policy/explain.c \
	policy/expression.c policy/expression.h \
	policy/function.c policy/function.h \
	policy/judge.c policy/judge.h policy/judge-state.h \
	policy/nearest.c policy/nearest.h \
	policy/scan.c policy/scan.h \
	policy/token.c policy/token.h \
	policy/verdict.c \
	policy/window.c policy/window.h

# The document: schema, loader, inventory, selection.
libpolicy_a_SOURCES += \
	policy/access.c \
	policy/alternates.c \
	policy/arena.c policy/arena.h \
	policy/build.c \
	policy/check.c \
	policy/distribute.c policy/distribute.h \
	policy/document.c \
	policy/element.c \
	policy/inventory.c policy/inventory.h \
	policy/join.c \
	policy/loader.h \
	policy/names.c policy/names.h \
	policy/phrase.c policy/phrase.h \
	policy/policy.c policy/policy.h \
	policy/probes.c \
	policy/roster.c \
	policy/select.c \
	policy/sites.c \
	policy/selector.c policy/selector.h \
	policy/value.c policy/value.h \
	policy/vocabulary.c policy/vocabulary.h \
	policy/who.c
nodist_libpolicy_a_SOURCES = policy/schema.inc
dist_pkgdata_DATA += policy/policy.xsd
dist_man_MANS += doc/bellwether-policy.5 doc/bellwether-aaa.7 doc/bellwether-probes.7
EXTRA_DIST += policy/embed.sh
examplesdir = $(docdir)/examples
dist_examples_DATA = doc/examples/aaa1.xml doc/examples/diameter.xml \
	doc/examples/peers.conf doc/examples/tacacs.xml
examplesmoredir = $(examplesdir)/more
dist_examplesmore_DATA = doc/examples/more/lab.xml
guidedir = $(docdir)/policy
dist_guide_DATA = doc/policy/reference.md
BUILT_SOURCES += policy/schema.inc
CLEANFILES += policy/schema.inc policy/schema.inc.new

policy/schema.inc: policy/policy.xsd policy/embed.sh
	@$(MKDIR_P) policy
	$(AM_V_GEN)$(SHELL) $(srcdir)/policy/embed.sh $(srcdir)/policy/policy.xsd \
		policy_schema >$@.new && mv $@.new $@
policy/libpolicy_a-document.$(OBJEXT): policy/schema.inc
