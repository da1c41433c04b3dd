# SPDX-License-Identifier: BSD-3-Clause
# What management systems want to know of Bellwether: all of it made from the MIB and
# nms/lib/Choices.pm, none of it kept.
NMS_GENERATOR = nms/generate nms/lib/Choices.pm nms/lib/Emit.pm nms/lib/Grafana.pm \
	nms/lib/LibreNMS.pm nms/lib/Mib.pm nms/lib/OpenNMS.pm nms/lib/Plugins.pm \
	nms/lib/Prometheus.pm nms/lib/Traps.pm nms/lib/Zabbix.pm
EXTRA_DIST += $(NMS_GENERATOR)

nmsdir = $(pkgdatadir)/nms
dist_nms_DATA = nms/README.md
nmsgrafanadir = $(nmsdir)/grafana
dist_nmsgrafana_DATA = nms/grafana/README.md
nodist_nmsgrafana_DATA = nms/grafana/bellwether.json
nmsicingadir = $(nmsdir)/icinga
dist_nmsicinga_DATA = nms/icinga/README.md
nodist_nmsicinga_DATA = nms/icinga/bellwether.conf
nmslibrenmsdir = $(nmsdir)/librenms
dist_nmslibrenms_DATA = nms/librenms/README.md
nmslibrenmsdetectiondir = $(nmslibrenmsdir)/os_detection
nodist_nmslibrenmsdetection_DATA = nms/librenms/os_detection/bellwether.yaml
nmslibrenmsdiscoverydir = $(nmslibrenmsdir)/os_discovery
nodist_nmslibrenmsdiscovery_DATA = nms/librenms/os_discovery/bellwether.yaml
nmsnagiosdir = $(nmsdir)/nagios
dist_nmsnagios_DATA = nms/nagios/README.md
nodist_nmsnagios_DATA = nms/nagios/bellwether.cfg
nmsopennmsdir = $(nmsdir)/opennms
dist_nmsopennms_DATA = nms/opennms/README.md
nmsopennmseventsdir = $(nmsopennmsdir)/events
nodist_nmsopennmsevents_DATA = nms/opennms/events/bellwether.events.xml
nmsopennmsdatadir = $(nmsopennmsdir)/datacollection
nodist_nmsopennmsdata_DATA = nms/opennms/datacollection/bellwether.xml
nmsprometheusdir = $(nmsdir)/prometheus
dist_nmsprometheus_DATA = nms/prometheus/README.md
nodist_nmsprometheus_DATA = nms/prometheus/bellwether.rules.yml \
	nms/prometheus/generator.yml nms/prometheus/generator-0.22.yml \
	nms/prometheus/snmp.yml nms/prometheus/snmp-0.22.yml
nmssnmpttdir = $(nmsdir)/snmptt
dist_nmssnmptt_DATA = nms/snmptt/README.md
nodist_nmssnmptt_DATA = nms/snmptt/snmptt.conf.bellwether
nmszabbixdir = $(nmsdir)/zabbix
dist_nmszabbix_DATA = nms/zabbix/README.md
nodist_nmszabbix_DATA = nms/zabbix/bellwether.yaml

NMS_FILES = $(nodist_nmsgrafana_DATA) $(nodist_nmsicinga_DATA) \
	$(nodist_nmslibrenmsdetection_DATA) $(nodist_nmslibrenmsdiscovery_DATA) \
	$(nodist_nmsnagios_DATA) $(nodist_nmsopennmsdata_DATA) \
	$(nodist_nmsopennmsevents_DATA) $(nodist_nmsprometheus_DATA) \
	$(nodist_nmssnmptt_DATA) $(nodist_nmszabbix_DATA)
CLEANFILES += $(NMS_FILES) nms/made

# One run makes them all.
nms/made: mib/BELLWETHER-MIB.txt $(NMS_GENERATOR) Makefile
	@$(MKDIR_P) nms
	$(AM_V_GEN)$(PERL) $(srcdir)/nms/generate $(srcdir)/mib/BELLWETHER-MIB.txt nms \
		$(bindir) && echo $(NMS_FILES) >$@
$(NMS_FILES): nms/made
	@test -f $@ || { rm -f nms/made && $(MAKE) $(AM_MAKEFLAGS) nms/made; }
