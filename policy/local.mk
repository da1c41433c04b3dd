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
	policy/look.c policy/look.h \
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
guidedir = $(docdir)/policy
dist_guide_DATA = doc/policy/README.md doc/policy/reference.md \
	doc/policy/canary.xml doc/policy/diameter.xml doc/policy/directory.xml \
	doc/policy/maintenance.xml doc/policy/peers.conf doc/policy/radius-latency.xml \
	doc/policy/radius-threads.xml doc/policy/tacacs.xml doc/policy/wireless-site.xml
guidemoredir = $(guidedir)/more
dist_guidemore_DATA = doc/policy/more/lab.xml
guidegallerydir = $(guidedir)/gallery
dist_guidegallery_DATA = doc/policy/gallery/README.md doc/policy/gallery/peers.conf
dist_guidegallery_DATA += doc/policy/gallery/dead-agents.trace doc/policy/gallery/dead-agents.txt \
	doc/policy/gallery/dead-agents-before.xml doc/policy/gallery/dead-agents-before.svg \
	doc/policy/gallery/dead-agents.xml doc/policy/gallery/dead-agents.svg
dist_guidegallery_DATA += doc/policy/gallery/flapping.trace doc/policy/gallery/flapping.txt \
	doc/policy/gallery/flapping-before.xml doc/policy/gallery/flapping-before.svg \
	doc/policy/gallery/flapping.xml doc/policy/gallery/flapping.svg
dist_guidegallery_DATA += doc/policy/gallery/shared-back-end.trace doc/policy/gallery/shared-back-end.txt \
	doc/policy/gallery/shared-back-end-before.xml doc/policy/gallery/shared-back-end-before.svg \
	doc/policy/gallery/shared-back-end.xml doc/policy/gallery/shared-back-end.svg
dist_guidegallery_DATA += doc/policy/gallery/slow-leak.trace doc/policy/gallery/slow-leak.txt \
	doc/policy/gallery/slow-leak-before.xml doc/policy/gallery/slow-leak-before.svg \
	doc/policy/gallery/slow-leak.xml doc/policy/gallery/slow-leak.svg
dist_guidegallery_DATA += doc/policy/gallery/stampede.trace doc/policy/gallery/stampede.txt \
	doc/policy/gallery/stampede-before.xml doc/policy/gallery/stampede-before.svg \
	doc/policy/gallery/stampede.xml doc/policy/gallery/stampede.svg
dist_guidegallery_DATA += doc/policy/gallery/sudden-death.trace doc/policy/gallery/sudden-death.txt \
	doc/policy/gallery/sudden-death-before.xml doc/policy/gallery/sudden-death-before.svg \
	doc/policy/gallery/sudden-death.xml doc/policy/gallery/sudden-death.svg
BUILT_SOURCES += policy/schema.inc
CLEANFILES += policy/schema.inc policy/schema.inc.new

policy/schema.inc: policy/policy.xsd policy/embed.sh
	@$(MKDIR_P) policy
	$(AM_V_GEN)$(SHELL) $(srcdir)/policy/embed.sh $(srcdir)/policy/policy.xsd \
		policy_schema >$@.new && mv $@.new $@
policy/libpolicy_a-document.$(OBJEXT): policy/schema.inc
