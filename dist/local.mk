# SPDX-License-Identifier: BSD-3-Clause
# What a system with systemd wants; where, configure's --with-systemdsystemunitdir says.
EXTRA_DIST += dist/bellwetherd.service.in dist/bellwether-client.service.in \
	dist/bellwether.sysusers

UNITS = dist/bellwetherd.service dist/bellwether-client.service
noinst_DATA += $(UNITS)
CLEANFILES += $(UNITS)
SUFFIXES += .service.in .service
.service.in.service:
	@$(MKDIR_P) dist
	$(AM_V_GEN)$(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' $< >$@.new && mv $@.new $@
$(UNITS): Makefile

# What shells offer for a word of bellwether's, where they look for it.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = dist/completions/bellwether
zshfunctionsdir = $(datadir)/zsh/site-functions
dist_zshfunctions_DATA = dist/completions/_bellwether
