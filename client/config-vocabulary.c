/* SPDX-License-Identifier: BSD-3-Clause */
/* One table of elements and one of value types; the loader walks both. */
#include "config.h"

#include "client/config-vocabulary.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* An element, the one it is in, and its attributes. A test compares it to the schema. */
const struct config_word config_word[ELEMENT_COUNT] = {
	[ELEMENT_CLIENT] = {
		.name = "client",
		.parent = ELEMENT_CLIENT,
		.attribute = {
			{ "name", VALUE_NAME, true },
			{ "address", VALUE_ADDRESS, true },
		},
	},
	[ELEMENT_SERVER] = {
		.name = "server",
		.parent = ELEMENT_CLIENT,
		.required = true,
		.attribute = {
			{ "name", VALUE_NAME, true },
			{ "address", VALUE_ADDRESS, true },
			{ "transport", VALUE_TRANSPORT, false },
			{ "port", VALUE_PORT, false },
			{ "freshness", VALUE_SWITCH, false },
		},
	},
	[ELEMENT_KEY] = {
		.name = "key",
		.parent = ELEMENT_SERVER,
		.required = true,
		.attribute = {
			{ "id", VALUE_KEY_ID, true },
			{ "file", VALUE_FILE, true },
			{ "algorithm", VALUE_ALGORITHM, false },
		},
	},
	[ELEMENT_ALTERNATE] = {
		.name = "alternate",
		.parent = ELEMENT_SERVER,
		.attribute = {
			{ "name", VALUE_NAME, true },
			{ "address", VALUE_ADDRESS, true },
			{ "port", VALUE_PORT, false },
		},
	},
	[ELEMENT_ALLOW] = {
		.name = "allow",
		.parent = ELEMENT_SERVER,
		.attribute = {
			{ "prefix", VALUE_PREFIX, true },
		},
	},
	[ELEMENT_RETURN] = {
		.name = "return",
		.parent = ELEMENT_SERVER,
		.single = true,
		.attribute = {
			{ "after", VALUE_WAIT, false },
			{ "jitter", VALUE_SHARE, false },
			{ "retry", VALUE_WAIT, false },
		},
	},
	[ELEMENT_HOOK] = {
		.name = "hook",
		.parent = ELEMENT_SERVER,
		.single = true,
		.attribute = {
			{ "command", VALUE_COMMAND, true },
			{ "timeout", VALUE_TIMEOUT, false },
			{ "verify", VALUE_EVERY, false },
		},
	},
};

static bool
number_of(const char *text, int64_t least, int64_t most, int64_t *number)
{
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 9 || text[digits] != '\0')
		return false;
	*number = strtol(text, NULL, 10);
	return *number >= least && *number <= most;
}

static bool
duration_of(const char *text, int64_t least, int64_t most, int64_t *duration)
{
	return duration_parse(text, duration) && *duration >= least &&
	       *duration <= most;
}

static bool
share_of(const char *text, double *share)
{
	size_t whole = strspn(text, "0123456789");
	const char *rest = text + whole;
	if (whole == 0 || whole > 3)
		return false;
	if (*rest == '.') {
		size_t fraction = strspn(rest + 1, "0123456789");
		if (fraction == 0 || fraction > 9)
			return false;
		rest += 1 + fraction;
	}
	if (strcmp(rest, "%") != 0)
		return false;
	*share = strtod(text, NULL) / 100;
	return *share <= 1;
}

static bool
one_of(const char *text, const char *first, const char *second, int64_t *which)
{
	*which = strcmp(text, second) == 0;
	return *which || strcmp(text, first) == 0;
}

static bool
path_of(const char *text, bool absolute)
{
	size_t length = strlen(text);
	return length > 0 && length < PATH_MAX && (!absolute || text[0] == '/') &&
	       text_printable(text, length);
}

bool
config_value(enum config_type type, const char *text, struct config_value *value)
{
	int64_t *number = &value->number;
	enum message_algorithm algorithm;
	enum transport transport;
	value->text = text;
	switch (type) {
	case VALUE_NAME:
		return name_valid(text, strlen(text));
	case VALUE_ADDRESS:
		return address_parse(text, &value->address) &&
		       address_is_unicast(&value->address);
	case VALUE_PREFIX:
		return prefix_parse(text, &value->prefix);
	case VALUE_PORT:
		return number_of(text, 1, UINT16_MAX, number);
	case VALUE_KEY_ID:
		return number_of(text, 1, UINT8_MAX, number);
	case VALUE_FILE:
		return path_of(text, false);
	case VALUE_COMMAND:
		return path_of(text, true);
	case VALUE_TRANSPORT:
		if (!transport_parse(text, &transport))
			return false;
		*number = transport;
		return true;
	case VALUE_ALGORITHM:
		if (!message_algorithm_parse(text, &algorithm))
			return false;
		*number = algorithm;
		return true;
	case VALUE_SWITCH:
		return one_of(text, "off", "on", number);
	case VALUE_SHARE:
		return share_of(text, &value->share);
	case VALUE_WAIT:
		return duration_of(text, SECOND, 7 * DAY, number);
	case VALUE_TIMEOUT:
		return duration_of(text, 100 * MILLISECOND, 10 * MINUTE, number);
	case VALUE_EVERY:
		return duration_of(text, 0, DAY, number) &&
		       (*number == 0 || *number >= SECOND);
	}
	return false;
}

const char *
config_expected(enum config_type type)
{
	static const char *const expected[] = {
		[VALUE_NAME] =
		    "a name: a letter or _, then up to 63 of letters, digits, "
		    "\".\", \"_\", \"-\"",
		[VALUE_ADDRESS] = "a host's IPv4 or IPv6 address",
		[VALUE_PREFIX] = "a prefix such as 192.0.2.0/24, no host bits set",
		[VALUE_PORT] = "a port, 1 to 65535",
		[VALUE_KEY_ID] = "a number, 1 to 255",
		[VALUE_FILE] = "the path of a file",
		[VALUE_COMMAND] =
		    "an absolute path and arguments; double quotes group, "
		    "there is no shell",
		[VALUE_TRANSPORT] = "icmp or udp",
		[VALUE_ALGORITHM] = "hmac-sha256 or sha3-256",
		[VALUE_SWITCH] = "on or off",
		[VALUE_SHARE] = "a percentage, 0% to 100%",
		[VALUE_WAIT] = "a duration of 1s to 7d, such as 10m",
		[VALUE_TIMEOUT] = "a duration of 100ms to 10m, such as 5s",
		[VALUE_EVERY] = "0, or a duration of 1s to 1d, such as 1m",
	};
	return expected[type];
}
