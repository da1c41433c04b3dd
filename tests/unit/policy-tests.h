/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of policy-test: what a loaded policy holds, documents with their expected
   faults, and the schema's vocabulary. */
#ifndef BELLWETHER_TESTS_POLICY_TESTS_H
#define BELLWETHER_TESTS_POLICY_TESTS_H

#include "common/fault.h"
#include "policy/policy.h"

/* Loads a text; faults are printed when there are any, and NULL returned for errors. */
struct policy *load_text(const char *text);
/* The same, expected to fail with exactly these lines. */
void refuse_text(const char *text, const char *expected);
/* Loads path below a folder of the source tree into faults. */
struct policy *load_file(const char *folder, const char *path, struct faults *faults);
/* All faults as faults_print() writes them; malloc'ed. */
char *faults_text(const struct faults *faults);
/* A policy that is taken, and all that is said of it. */
void check_accepted(const char *text, const char *expected);

void compare_text(const char *found, const char *expected);
/* The whole of a short file, malloc'ed; NULL when there is none. */
char *file_text(const char *path);

/* Compares with the file of the source tree; with POLICY_EXPECT=write in the environment
   the file is made anew, for a person who then reads the difference. */
void compare_file(const char *name, const char *found);

/* The document that says everything. */
struct policy *load_everything(void);
bool has_address(const struct address *address, const char *text);

/* A policy that says no more than it must, with parts put in. */
#define POLICY(monitor, failover, clients)                     \
	"<policy xmlns=\"urn:bellwether:policy:1\">\n"         \
	"<server name=\"aaa1\" address=\"192.0.2.10\">"        \
	"<key id=\"1\" file=\"aaa1.key\"/></server>\n" monitor \
	"<failover threshold=\"30\">" failover                 \
	"<step><select all=\"yes\"/></step></failover>\n"      \
	"<connection threshold=\"60\"/>\n"                     \
	"<clients>" clients "</clients></policy>\n"
#define NAS1 "<client name=\"nas1\" address=\"198.51.100.1\"/>"

/* policy-monitor.c */
void test_inputs(void);
void test_radius_probes(void);
void test_exec_probes(void);
void test_other_probes(void);
void test_snmp_probes(void);
void test_tacacs_probes(void);
void test_diameter_probes(void);
void test_apart(void);
/* policy-documents.c */
void test_bad_documents(void);
void test_far_lines(void);
void test_bounds(void);
void test_faults_enough(void);
void test_sources(void);
void test_warnings(void);
void test_alternate_warnings(void);
void test_useless_steps(void);
void test_threads(void);
/* policy-vocabulary.c */
void test_vocabulary(void);
void test_manual(void);
void test_manual_examples(void);
/* policy-guide.c, policy-reference.c */
void test_guide(void);
void test_reference(void);

#endif
