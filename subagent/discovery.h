/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding an SNMPv3 agent's engine (RFC 3414, section 4): the question and the report that
   answers it. libnetsnmp would wait for that report; here nobody waits. It doubles as a
   knock: whatever lives there and speaks SNMPv3 answers it, whoever asks. */
#ifndef BELLWETHER_SUBAGENT_DISCOVERY_H
#define BELLWETHER_SUBAGENT_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISCOVERY_QUESTION 64
#define ENGINE_ID_MAX      32

struct engine_found {
	uint8_t id[ENGINE_ID_MAX];
	size_t id_length; /* 5 to 32 */
	uint32_t boots;
	uint32_t time; /* s */
};

/* number: any below 2^31, one that nobody can guess. Returns the size. */
size_t discovery_question(uint32_t number, uint8_t packet[DISCOVERY_QUESTION]);
/* False unless it is a report on the question of that number, from an engine that says
   its id; *found is then untouched. */
bool discovery_report(const uint8_t *packet, size_t size, uint32_t number,
		      struct engine_found *found);

#endif
